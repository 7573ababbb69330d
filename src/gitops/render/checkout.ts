import path from 'node:path'
import type { Root } from '../../files/root.ts'
import type { SourceFile } from '../../files/source-file.ts'
import type { YamlDocument } from '../../files/yaml/yaml-document.ts'
import { stringAt } from '../../model/value.ts'
import { type ObjectFiles, objectFiles } from '../kustomize/read/object-files.ts'
import type { TraceContext } from '../kustomize/read/trace-kustomization.ts'
import { type ClosureReader, closureReader } from '../look-through/closure.ts'
import { type ClosureOptions, isObstacle } from '../look-through/obstacle.ts'
import { type RepositoryTree, repositoryTree } from '../look-through/repository-tree.ts'
import { type Placed, placed } from '../placed/placed.ts'

/** One searched folder with what rendering needs to know of it. */
export interface Checkout {
  readonly root: Root
  readonly tree: RepositoryTree
  readonly closures: ClosureReader
  readonly objects: ObjectFiles
  readonly trace: TraceContext
  /** Files that were read, by their path below the root. */
  readonly sources: ReadonlyMap<string, SourceFile>
  shown(relative: string): string
  /** Names of Flux sources that Git declares, and the one that Flux Kustomizations name most often. */
  readonly sourceNames: { readonly declared: ReadonlySet<string>; readonly usual: string | undefined }
  /** Whether the text of a file matches; asked once for each file and pattern. */
  mentions(relative: string, pattern: RegExp): boolean
}

/** Documents that are followed through kustomizations: what a check, a root or a variable can come from. */
const FOLLOWED =
  /external-secrets\.io|kustomize\.toolkit\.fluxcd\.io|argoproj\.io|^kind: *["']?(?:Namespace|ServiceAccount|ConfigMap|ClusterRoleBinding|RoleBinding|List)\b/m
const MAX_SOURCE = 256 * 1024

export interface CheckoutSource {
  readonly root: Root
  readonly files: readonly SourceFile[]
  /** Documents that were parsed already. */
  readonly documents: readonly { readonly source: SourceFile; readonly document: YamlDocument }[]
  readonly options: ClosureOptions
}

export function checkout({ root, files, documents, options }: CheckoutSource): Checkout {
  const own = files.filter((file) => file.root === root.path)
  const sources = new Map(own.map((file) => [file.relative, file]))
  const parsed = new Map<string, YamlDocument[]>()
  for (const { source, document } of documents)
    if (source.root === root.path) parsed.set(source.relative, [...(parsed.get(source.relative) ?? []), document])
  const tree = repositoryTree(root.path, root)
  const [first] = own
  const prefix = first === undefined ? '' : first.file.slice(0, first.file.length - first.relative.length)
  const shown = (relative: string) => (prefix === '' && relative === '' ? '.' : path.posix.join(prefix, relative))
  // A replacement may take its value from an object of any kind.
  const replaces = own.some((file) => /^replacements:|kind: ReplacementTransformer/m.test(file.text))
  const wanted = (text: string) =>
    !/^kind: *["']?CustomResourceDefinition/m.test(text) &&
    (FOLLOWED.test(text) || (replaces && text.length < MAX_SOURCE) || /^\s*[{[]/.test(text))
  const objects = objectFiles(tree, shown, wanted, parsed)
  const closures = closureReader(tree, shown, options, (file) => parsed.get(file))
  const nodes = new Map<string, Placed | undefined>()
  let fluxSources: Checkout['sourceNames'] | undefined
  const mentioned = new Map<string, boolean>()
  const kustomization = (folder: string): Placed | undefined => {
    if (!nodes.has(folder)) {
      const closure = closures.closureOf(folder)
      nodes.set(folder, isObstacle(closure) ? undefined : placed(closure.kustomization.document))
    }
    return nodes.get(folder)
  }
  return {
    root,
    tree,
    closures,
    objects,
    sources,
    shown,
    trace: { tree, files: objects, kustomization, done: new Map() },
    get sourceNames() {
      fluxSources ??= sourceNames(documents.filter(({ source }) => source.root === root.path))
      return fluxSources
    },
    mentions(relative, pattern) {
      const key = `${pattern.source}\0${relative}`
      let found = mentioned.get(key)
      if (found === undefined) {
        const text = sources.get(relative)?.text ?? (tree.entry(relative) === 'file' ? tree.read(relative) : '')
        found = pattern.test(text)
        mentioned.set(key, found)
      }
      return found
    },
  }
}

function sourceNames(documents: CheckoutSource['documents']): Checkout['sourceNames'] {
  const declared = new Set<string>()
  const uses = new Map<string, number>()
  for (const { document } of documents) {
    const kind = stringAt(document.value, 'kind')
    const name = stringAt(document.value, 'metadata', 'name')
    const used = stringAt(document.value, 'spec', 'sourceRef', 'name')
    if (kind === 'Kustomization' && used !== undefined) uses.set(used, (uses.get(used) ?? 0) + 1)
    if ((kind === 'GitRepository' || kind === 'OCIRepository' || kind === 'Bucket') && name !== undefined)
      declared.add(name)
  }
  const usual = [...uses].sort((a, b) => b[1] - a[1])[0]?.[0]
  return { declared, usual }
}
