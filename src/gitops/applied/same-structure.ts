import { posix } from 'node:path'
import { ancestors } from '../../files/ancestors.ts'
import { isKustomizationName, MENTIONS_COMMAND } from '../../files/relevance.ts'
import { isMap, stringAt } from '../../model/value.ts'
import type { Output } from '../build/output.ts'
import type { Checkout } from '../checkout.ts'
import type { NotFollowed } from '../not-followed.ts'
import { filesOf, type GitOpsRoot } from '../root.ts'
import type { Followed } from './followed.ts'
import { ground } from './ground.ts'

/** A text without these says nothing of who applies what, nor what kustomizations read or run. */
const STRUCTURE =
  /\b(?:Application|ApplicationSet|AppProject|Helm\w+|Kustomization|Component|GitRepo|GitRepository|OCIRepository|Bucket|Flux\w+|ResourceSet\w*|List)\b|toolkit\.fluxcd\.io|applications(?:ets)?["']?\s*:|clusterGroup|\bsync["']?\s*:|argocd\.argoproj\.io\/secret-type|kind["']?\s*:\s*["']?(?:ConfigMap|Secret)\b|kargo|sveltos|open-cluster-management|kappctrl|\bbuiltin\b|[&*][\w-]+\s*$/im
/** A generator of an ApplicationSet may read any file. */
const READS_FILES = /\bfiles["']?\s*:/

/**
 * Whether two states of a checkout have the same roots, because all that is otherwise is what stands in plain objects: no file came or went, and
 * none of the altered ones declares anything, is a part of a chart, or is read by a root that leads to others.
 */
export function hasSameStructure(
  { outputs, waiting, declarations, tops, charts, reaches }: Followed,
  states: readonly [Checkout, Checkout],
  altered: ReadonlySet<string>,
): boolean {
  const [now] = states
  const declaring = new Set(declarations.gitOps.map(({ file }) => file))
  if ([...declaring].some((file) => READS_FILES.test(now.sources.get(file)?.text ?? ''))) return false
  // What shows that GitOps leads to anything is none of it.
  if (!reaches) return false
  const leading = outputs.filter(({ root }) => !waiting.has(root))
  const read = new Set(leading.flatMap(({ root }) => [...filesOf(root)]))
  for (const { files } of tops)
    if ([...files].some((file) => declaring.has(file))) for (const file of files) read.add(file)
  return [...altered].every((path) => {
    if (read.has(path) || isKustomizationName(posix.basename(path)) || !/\.ya?ml$/.test(path)) return false
    if (ancestors(path).some((folder) => charts.has(folder))) return false
    if (!states.every((state) => state.root.files.has(path) && state.sources.has(path) && isPlain(state, path)))
      return false
    const [names, before] = states.map((state) => madeNames(state, path))
    return names === before
  })
}

function isPlain(state: Checkout, path: string): boolean {
  const text = state.sources.get(path)?.text ?? ''
  if (STRUCTURE.test(text) || MENTIONS_COMMAND.test(text)) return false
  const documents = state.documents(path)
  return documents.length > 0 && documents.every(({ value }) => isMap(value) && typeof value.kind === 'string')
}

/** The Secrets that ExternalSecrets of a file make: charts that name one are rendered. */
function madeNames(state: Checkout, path: string): string {
  return JSON.stringify(
    state
      .documents(path)
      .map(({ value }) => [
        stringAt(value, 'spec', 'target', 'name') ?? stringAt(value, 'spec', 'externalSecretSpec', 'target', 'name'),
        stringAt(value, 'metadata', 'name'),
        stringAt(value, 'kind'),
      ]),
  )
}

/** The same roots in another state of the checkout; `outputOf` builds those that read an altered file, the others give what they gave. */
export function followedAgain(
  followed: Followed,
  before: Checkout,
  altered: ReadonlySet<string>,
  outputOf: (root: GitOpsRoot) => Promise<Output>,
): Followed {
  const isTouched = (root: GitOpsRoot) => {
    for (const file of filesOf(root)) if (altered.has(file)) return true
    return false
  }
  const again = ground()
  const notFollowed: NotFollowed[] = [...followed.notFollowed]
  const waiting = new Map<GitOpsRoot, number>()
  const outputs = followed.outputs.map((output, index) => {
    const { root } = output
    const own = isTouched(root) ? inState(root, before) : root
    if (followed.waiting.has(root)) waiting.set(own, index)
    const one = own === root ? output : { ...output, root: own }
    again.add(one)
    return one
  })
  return {
    ...followed,
    outputs,
    notFollowed,
    ground: again,
    waiting,
    async build(roots) {
      for (const root of roots) {
        const index = waiting.get(root)
        if (index === undefined) continue
        waiting.delete(root)
        const known = followed.outputs[index]
        const isShared = known !== undefined && known.root === root && !followed.waiting.has(root)
        const output = isShared ? known : await outputOf(root)
        outputs[index] = output
        again.add(output)
        notFollowed.push(...output.notFollowed)
      }
    },
  }
}

/** What a closure looks like is the same; what is read by it is not. */
function inState(root: GitOpsRoot, checkout: Checkout): GitOpsRoot {
  const { build } = root
  if (build.by === 'kustomize') return { ...root, checkout, build: { ...build, closure: { ...build.closure } } }
  if (build.by === 'nobody' && build.seen !== undefined)
    return { ...root, checkout, build: { ...build, seen: { ...build.seen, closure: { ...build.seen.closure } } } }
  return { ...root, checkout }
}
