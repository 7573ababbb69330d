import { posix } from 'node:path'
import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import type { AppliedBy } from '../../model/applied.ts'
import { directoryFiles } from '../argo/directory-files.ts'
import type { Checkout } from '../checkout.ts'
import { isObstacle } from '../look-through/obstacle.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import type { NotFollowed } from '../not-followed.ts'
import { at, itemsAt, type Placed, placed, spanIn, textAt } from '../placed/placed.ts'
import type { GitOpsObject, GitOpsRoot } from '../root.ts'
import type { Sources } from './sources.ts'

export interface FleetBundles {
  readonly roots: readonly GitOpsRoot[]
  readonly notFollowed: readonly NotFollowed[]
}

const NAMES = ['fleet.yaml', 'fleet.yml']

/**
 * Bundles of Rancher Fleet: folders with a `fleet.yaml`, and those that a GitRepo of this repository names. A bundle is a kustomization,
 * or all the YAML below; what its targets change is not followed (applied.md §3.1).
 */
export function fleetBundles(checkout: Checkout, gitRepos: readonly GitOpsObject[], sources: Sources): FleetBundles {
  const roots: GitOpsRoot[] = []
  const notFollowed: NotFollowed[] = []
  const folders = new Set<string>()
  const bundle = (folder: string, node: Placed, config: Placed | undefined) => {
    if (folders.has(folder) || checkout.hasDeadName(`${folder}/`)) return
    folders.add(folder)
    const title = `Fleet bundle ${folder === '' ? '.' : checkout.shown(folder)}`
    const span = spanIn(node, [])
    const stop = (field: string, why: NotFollowed['why'], unresolved: boolean) =>
      notFollowed.push({ title, span: spanIn(config ?? node, [field]), unresolved, why })
    if (itemsAt(config, 'targetCustomizations').length > 0 || itemsAt(config, 'targets').length > 0)
      stop('targetCustomizations', { code: 'kind-not-followed', kind: 'target of Fleet' }, false)
    if (at(config, 'helm', 'chart') !== undefined || checkout.root.files.has(joinRelative(folder, 'Chart.yaml')))
      return stop('helm', { code: 'chart' }, true)
    const dir = joinRelative(folder, textAt(config, 'kustomize', 'dir') ?? '.')
    const closure = checkout.closures.closureOf(dir)
    const appliedBy: AppliedBy = { kind: 'Fleet bundle', name: folder || '.', span }
    const namespace = at(config, 'namespace') ?? at(config, 'defaultNamespace')
    const common = {
      checkout,
      appliedBy,
      cluster: undefined,
      certainty: 'presumed' as const,
      ...(textAt(namespace) === undefined ? {} : { namespace: namespace as Placed }),
    }
    if (isObstacle(closure)) {
      const prefix = folder === '' ? '' : `${folder}/`
      // What stands in `overlays/` is put over the rest for some targets.
      const files = directoryFiles(checkout.root, folder, { recurse: true }).filter(
        (file) => !NAMES.includes(posix.basename(file)) && !file.slice(prefix.length).startsWith('overlays/'),
      )
      roots.push({ ...common, folder, build: { by: 'files', files, takesAll: true } })
      return
    }
    const seen = { closure, node: placed(closure.kustomization.document), changed: false }
    const { refusal } = closure
    roots.push({
      ...common,
      folder: dir,
      build:
        refusal === undefined
          ? { by: 'kustomize', ...seen, generated: false }
          : { by: 'nobody', obstacle: refusal, span: checkout.spanOfObstacle(refusal), seen },
    })
  }
  for (const file of checkout.root.files) {
    if (!NAMES.includes(posix.basename(file))) continue
    const text = checkout.root.read?.(file)
    const [document] = text === undefined ? [] : parseYaml({ file: checkout.shown(file), text }).documents
    const folder = posix.dirname(file)
    if (document !== undefined) bundle(folder === '.' ? '' : folder, placed(document), placed(document))
  }
  for (const { node } of gitRepos) {
    if (sources.ofAddress(textAt(node, 'spec', 'repo')).is !== 'this') continue
    for (const item of itemsAt(node, 'spec', 'paths')) {
      const folder = joinRelative('', (textAt(item) ?? '').replace(/^(?:\.?\/)+/, ''))
      const holdsBundles = [...folders].some((one) => one === folder || one.startsWith(`${folder}/`))
      if (folder !== '' && checkout.root.folders.has(folder) && !holdsBundles) bundle(folder, item, undefined)
    }
  }
  return { roots, notFollowed }
}
