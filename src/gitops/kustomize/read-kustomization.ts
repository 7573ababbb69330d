import { parseEmbeddedYaml } from '../../files/yaml/parse-yaml.ts'
import type { FieldPath } from '../../model/value.ts'
import { isInline } from '../look-through/kustomization-entries.ts'
import { KUSTOMIZATION_NAMES, kustomizationFileIn } from '../look-through/kustomization-file.ts'
import { isRemoteAddress } from '../look-through/remote-address.ts'
import { joinRelative, type RepositoryTree } from '../look-through/repository-tree.ts'
import { at, itemsAt, type Placed, placed, textAt } from '../placed/placed.ts'
import { Build, type Gathered, type ReadContext, type Run } from './build.ts'
import { noteConfiguration } from './configurations.ts'
import { finish } from './finish.ts'
import { generate } from './generators.ts'
import { fieldProblem } from './kustomization-fields.ts'
import { applyJson6902, applyPatch, patchesStrategicMerge } from './patches.ts'
import { currentId, type ReadObject, touched } from './read-object.ts'
import type { Reading } from './reading.ts'
import { replaceFields } from './replacements.ts'
import { isEmpty } from './scalar-text.ts'
import { setAffix, setAnnotations, setLabels, setNamespace, touchWorkloads } from './transformers.ts'

/**
 * Reads what `kustomize build --load-restrictor LoadRestrictionsNone` of a folder gives (kustomize 5.8), on values that know their
 * places, and says what it cannot tell (kustomize.md §1). Labels and annotations that `buildMetadata` asks for are left out.
 */
export function readFolder(context: ReadContext, folder: string): Reading {
  const isAnnotated = asksForAnnotations(context.kustomization(folder))
  return finished(context, folder, gatherFolder({ context, isAnnotated, depth: 0 }, folder))
}

/**
 * As `readFolder` for a kustomization that is in no file; a Component starts with the objects it is applied to. `isPart`: there are more
 * objects than these, so that a patch for none of them is no mistake.
 */
export function readKustomization(
  context: ReadContext,
  folder: string,
  node: Placed,
  start: readonly ReadObject[] = [],
  { isPart = false }: { readonly isPart?: boolean } = {},
): Reading {
  const run = { context, isAnnotated: asksForAnnotations(node), depth: 0 }
  return finished(context, folder, gather(run, folder, node, start, isPart))
}

/** What the generators of a kustomization make, by themselves. */
export function generatedObjects(context: ReadContext, folder: string, node: Placed): readonly ReadObject[] {
  const build = newBuild({ context, isAnnotated: false, depth: 0 }, folder, [], false)
  generate(build, node)
  return build.objects
}

/** Every object has annotations while it is built with `buildMetadata`. */
function asksForAnnotations(kustomization: Placed | undefined): boolean {
  return itemsAt(kustomization, 'buildMetadata').length > 0
}

function newBuild(run: Run, folder: string, start: readonly ReadObject[], open: boolean): Build {
  return new Build(run, folder, fileNameIn(run.context.tree, folder), start, open)
}

function finished(context: ReadContext, folder: string, gathered: Gathered): Reading {
  const build = newBuild({ context, isAnnotated: false, depth: 0 }, folder, gathered.objects, gathered.open)
  build.take(gathered)
  finish(build)
  return { objects: build.objects, undecided: [...build.undecided] }
}

function fileNameIn(tree: RepositoryTree, folder: string): string {
  return kustomizationFileIn(tree, folder) ?? joinRelative(folder, KUSTOMIZATION_NAMES[0])
}

/** Stands for a folder while it is read, where who meets it includes itself; and for one that there is no time to read. */
const OPEN: Gathered = {
  objects: [],
  undecided: new Set(),
  open: false,
  folders: new Set(),
  configured: new Set(),
}

function gatherFolder(run: Run, folder: string): Gathered {
  const { done } = run.context
  const key = run.isAnnotated ? `${folder}\0annotated` : folder
  const known = done.get(key)
  if (known !== undefined) return known
  if (run.context.deadline.over()) return OPEN
  done.set(key, OPEN)
  const gathered = gatherFile(run, folder)
  done.set(key, gathered)
  return gathered
}

function gatherFile(run: Run, folder: string): Gathered {
  const { context } = run
  const node = context.kustomization(folder)
  if (node !== undefined) return gather(run, folder, node, [], false)
  const build = newBuild(run, folder, [], false)
  // One that is there and cannot be read here may still be read by kustomize.
  if (kustomizationFileIn(context.tree, folder) === undefined) build.reason([], 'absent', { fails: true, adds: true })
  else build.reason([], 'yaml', { adds: true })
  return build.gathered()
}

/** No repository nests kustomizations deeper by a tenth of it. */
const MAX_DEPTH = 200

/** One kustomization, in kustomize's order. */
function gather(
  run: Run,
  folder: string,
  kustomization: Placed,
  start: readonly ReadObject[],
  open: boolean,
): Gathered {
  const { context } = run
  const build = newBuild(run, folder, start, open)
  if (build.depth > MAX_DEPTH) {
    build.reason([], 'too-large', { adds: true })
    return build.gathered()
  }
  const problem = fieldProblem(kustomization)
  if (problem !== undefined) {
    const fails = problem.code === 'build-fails'
    const found = build.reason(problem.path, problem.code, { fails, adds: !fails })
    if (!fails) build.touch(found, () => true)
  }
  const files = KUSTOMIZATION_NAMES.filter((name) => context.tree.entry(joinRelative(folder, name)) === 'file')
  if (files.length > 1) build.reason([], 'build-fails', { fails: true })
  for (const field of ['resources', 'bases'])
    itemsAt(kustomization, field).forEach((item, index) => {
      include(build, [field, index], textAt(item) ?? '')
    })
  noteConfiguration(build, kustomization)
  generate(build, kustomization)
  foreignGenerators(build, kustomization)
  itemsAt(kustomization, 'components').forEach((item, index) => {
    component(build, ['components', index], textAt(item) ?? '')
  })
  patchesStrategicMerge(build, kustomization)
  itemsAt(kustomization, 'patches').forEach((item, index) => {
    applyPatch(build, ['patches', index], item)
  })
  setNamespace(build, kustomization)
  setAffix(build, kustomization, 'namePrefix')
  setAffix(build, kustomization, 'nameSuffix')
  setLabels(build, kustomization)
  setAnnotations(build, kustomization)
  itemsAt(kustomization, 'patchesJson6902').forEach((item, index) => {
    applyJson6902(build, ['patchesJson6902', index], item)
  })
  touchWorkloads(build, kustomization)
  replaceFields(build, kustomization)
  transform(build, kustomization, 'transformers')
  transform(build, kustomization, 'validators')
  return build.gathered()
}

/** A file of objects, or a folder with a kustomization. */
function include(build: Build, path: FieldPath, target: string): void {
  const { tree, files } = build.context
  const relative = build.place(target)
  const entry = isRemoteAddress(target) ? 'remote' : target.startsWith('/') ? 'outside' : tree.entry(relative)
  if (entry === 'file') {
    const { objects, problem } = files.read(relative)
    const fails = problem === 'build-fails'
    const found = problem && build.reason(path, problem, { fails, adds: !fails })
    build.append(found === undefined || fails ? objects : objects.map((object) => touched(object, found)), path)
  } else if (entry === 'directory') {
    const below = gatherFolder(build, relative)
    if (textAt(build.context.kustomization(relative), 'kind') === 'Component' || isAbove(build, relative, below))
      build.reason(path, 'build-fails', { fails: true })
    build.take(below)
    build.append(below.objects, path)
  } else build.reason(path, entry, { fails: entry === 'absent', adds: true })
}

/** Whether a folder, or one that it includes, holds the kustomization that includes it: kustomize takes that for a loop. */
function isAbove(build: Build, folder: string, below: Gathered): boolean {
  const holds = (other: string) => other === '' || build.folder === other || build.folder.startsWith(`${other}/`)
  return below === OPEN || [folder, ...below.folders].some(holds)
}

/** A Component is applied to what was gathered so far. */
function component(build: Build, path: FieldPath, target: string): void {
  const { context } = build
  const relative = build.place(target)
  const entry = isRemoteAddress(target) ? 'remote' : target.startsWith('/') ? 'outside' : context.tree.entry(relative)
  if (entry === 'remote' || entry === 'outside') {
    build.touch(build.reason(path, entry, { adds: true }), () => true)
    return
  }
  const node = entry === 'directory' ? context.kustomization(relative) : undefined
  if (node === undefined) {
    const isThere = entry === 'directory' && kustomizationFileIn(context.tree, relative) !== undefined
    const found = build.reason(path, isThere ? 'yaml' : 'absent', { fails: !isThere, adds: isThere })
    if (isThere) build.touch(found, () => true)
    return
  }
  const nested = context.done.get(relative) === OPEN
  if (textAt(node, 'kind') !== 'Component' || nested) {
    build.reason(path, 'build-fails', { fails: true })
    return
  }
  const before = context.done.get(relative)
  context.done.set(relative, OPEN)
  const below = gather(build, relative, node, build.objects, build.open)
  if (before === undefined) context.done.delete(relative)
  else context.done.set(relative, before)
  if (isAbove(build, relative, below)) build.reason(path, 'build-fails', { fails: true })
  build.take(below)
  build.objects = below.objects
  build.demandUnique(path)
}

/** Generators of files of their own, and charts: what they bring is not known. */
function foreignGenerators(build: Build, kustomization: Placed): void {
  for (const field of ['helmCharts', 'helmChartInflationGenerator'])
    if (!isEmpty(at(kustomization, field))) build.reason([field], 'helm', { adds: true })
  itemsAt(kustomization, 'generators').forEach((_, index) => {
    const found = build.reason(['generators', index], 'plugin', { adds: true })
    // By `behavior` they may also merge into what is there.
    build.touch(found, (object) => /^(?:ConfigMap|Secret)$/.test(currentId(object).kind))
  })
}

/** Transformers of files of their own: patches are the same as those of the kustomization, of others anything is possible. */
function transform(build: Build, kustomization: Placed, field: 'transformers' | 'validators'): void {
  itemsAt(kustomization, field).forEach((item, index) => {
    const path = [field, index]
    build.step(
      path,
      () => {
        for (const plugin of pluginTexts(build, item)) {
          const kind = textAt(plugin, 'kind') ?? ''
          const isBuiltin = field === 'transformers' && textAt(plugin, 'apiVersion') === 'builtin'
          if (isBuiltin && kind === 'PatchTransformer') applyPatch(build, path, plugin)
          else if (isBuiltin && kind === 'PatchJson6902Transformer') applyJson6902(build, path, plugin)
          else build.touch(build.reason(path, 'plugin', { adds: true }), () => true)
        }
      },
      { adds: true, touches: () => true },
    )
  })
}

function pluginTexts(build: Build, item: Placed): readonly Placed[] {
  const text = textAt(item) ?? ''
  if (isInline(text))
    return (parseEmbeddedYaml(item.place.document, item.place.path)?.documents ?? []).map((document) =>
      placed(document),
    )
  if (!isRemoteAddress(text)) {
    const relative = build.place(text)
    // A folder of plugin configurations is a build of its own.
    if (build.context.tree.entry(relative) === 'directory') return [item]
  }
  return build.context.files.documents(build.file(text)).map((document) => placed(document))
}
