import { UNFILLED } from '../argo/fill-text.ts'
import {
  at,
  entriesAt,
  itemsAt,
  type Placed,
  type PlacedMap,
  placedAt,
  plainValue,
  textAt,
  withEntry,
} from '../placed/placed.ts'

/** What the operator tells every chart of the cluster that it runs in, and Git does not. */
const TOLD_BY_OPERATOR = [
  'repoURL',
  'originURL',
  'targetRevision',
  'clusterDomain',
  'localClusterName',
  'clusterPlatform',
  'hubClusterDomain',
  'localClusterDomain',
]

/** Fields of an application that name values of the chart, and what each of these becomes. */
const NAMED_VALUES: readonly (readonly [field: string, value: string])[] = [
  ['extraHubClusterDomainFields', UNFILLED],
  ['extraLocalClusterDomainFields', UNFILLED],
  ['extraRepoURLFields', UNFILLED],
  ['extraTargetRevisionFields', UNFILLED],
  ['extraNamespaceFields', '$ARGOCD_APP_NAMESPACE'],
]

/**
 * Applications that the chart `clustergroup` of Validated Patterns makes of `clusterGroup` in `values-<group>.yaml` (helm.md §6): each
 * path with the values files of the pattern, as templates/plumbing/applications.yaml of clustergroup-chart has it.
 */
export function patternApplications(group: Placed): Placed[] {
  const list = at(group, 'applications')
  const entries: (readonly [string, Placed])[] =
    list?.type === 'list'
      ? list.items.map((item) => ['', item] as const)
      : entriesAt(list).map(([name, { node }]) => [name, node] as const)
  return entries.flatMap(([key, item]) => {
    const path = at(item, 'path')
    const isHere = at(item, 'chart') === undefined && !isSet(at(item, 'chartVersion'))
    if (item.type !== 'map' || path === undefined || !isHere || isSet(at(item, 'disabled'))) return []
    const head = placedAt(item.place, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: {},
    }) as PlacedMap
    const empty = placedAt(item.place, {}) as PlacedMap
    const name = at(item, 'name') ?? placedAt(item.place, key)
    const metadata = withEntry(empty, 'name', name)
    const destination = withGiven(empty, 'namespace', at(item, 'namespace'))
    const repository = withGiven(withEntry(empty, 'path', path), 'repoURL', at(item, 'repoURL'))
    const project = at(item, 'argoProject') ?? at(item, 'project')
    const plugin = at(item, 'plugin')
    const source =
      plugin !== undefined
        ? withEntry(repository, 'plugin', plugin)
        : isSet(at(item, 'kustomize'))
          ? repository
          : withEntry(repository, 'helm', helmOf(item, group))
    const spec = withGiven(
      withEntry(withEntry(empty, 'source', source), 'destination', destination),
      'project',
      project,
    )
    return [withEntry(withEntry(head, 'metadata', metadata), 'spec', spec)]
  })
}

function helmOf(item: Placed, group: Placed): Placed {
  const { place } = item
  const name = textAt(group, 'name') ?? UNFILLED
  // Which platform, version and cluster it is only the operator knows; the files of all of them lie beside the others.
  const usual = ['global', name, UNFILLED, `${UNFILLED}-${name}`].map((part) => placedAt(place, `/values-${part}.yaml`))
  const named = [...itemsAt(group, 'sharedValueFiles'), ...itemsAt(item, 'extraValueFiles')].map(withoutTemplates)
  const parameters = [
    ...TOLD_BY_OPERATOR.map((field) => placedAt(place, { name: `global.${field}`, value: UNFILLED })),
    placedAt(place, { name: 'global.namespace', value: '$ARGOCD_APP_NAMESPACE' }),
    ...NAMED_VALUES.flatMap(([field, value]) =>
      itemsAt(item, field).map((one) => placedAt(one.place, { name: textAt(one) ?? '', value })),
    ),
    ...itemsAt(item, 'overrides').map(overrideOf),
  ]
  const files = at(item, 'fileParameters')
  const list = (items: readonly Placed[]): Placed => ({ type: 'list', place, items })
  let helm = placedAt(place, { ignoreMissingValueFiles: true }) as PlacedMap
  helm = withEntry(helm, 'valueFiles', list([...usual, ...named]))
  helm = withEntry(helm, 'parameters', list(parameters))
  return withGiven(helm, 'fileParameters', files)
}

/** Its value is a template of the chart `clustergroup`, and a text afterwards. */
function overrideOf(override: Placed): Placed {
  const value = at(override, 'value')
  if (override.type !== 'map' || value?.type !== 'scalar') return override
  const text: Placed = { type: 'scalar', place: value.place, value: String(plainValue(value)) }
  return withEntry(override, 'value', withoutTemplates(text))
}

function withoutTemplates(node: Placed): Placed {
  const text = textAt(node)
  return node.type === 'scalar' && text?.includes('{{')
    ? { ...node, value: text.replace(/\{\{.*?\}\}/gs, UNFILLED) }
    : node
}

function withGiven(map: PlacedMap, name: string, node: Placed | undefined): PlacedMap {
  return node === undefined ? map : withEntry(map, name, node)
}

/** As Helm's `if` takes it. */
function isSet(node: Placed | undefined): boolean {
  return (
    node !== undefined &&
    (node.type !== 'scalar' || !(node.value === null || node.value === false || node.value === ''))
  )
}
