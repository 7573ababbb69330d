import type { Manifest } from '../../model/manifest.ts'
import type { Value } from '../../model/value.ts'
import { isMap, listAt, mapAt, textAt, textsAt, valueAt } from '../field-value.ts'
import { agreed, NAME_LABEL, type NamespaceLabels, selects } from '../labels.ts'

/**
 * The namespaces that a ClusterExternalSecret or ClusterPushSecret selects, as far as Git tells: those listed by name, those a
 * selector names by `kubernetes.io/metadata.name`, and those that Git creates and a selector matches (eso.md §6.5, §6.6).
 * `undefined` when that gives none: the cluster may hold others.
 */
export function selectedNamespaces(
  manifest: Manifest,
  known: NamespaceLabels,
  holesOf: (text: string) => readonly string[],
): readonly string[] | undefined {
  const spec = mapAt(manifest.body, 'spec') ?? {}
  const selectors = [valueAt(spec, ['namespaceSelector']), ...listAt(spec, 'namespaceSelectors')].filter(isMap)
  // ClusterPushSecret has no `namespaces` (eso.md §6.6).
  const listed = manifest.kind === 'ClusterExternalSecret' ? textsAt(spec, 'namespaces') : []
  const matched = [...known].flatMap(([namespace, views]) =>
    selectors.some((selector) => agreed(views.map((labels) => selects(selector, labels, holesOf))) === 'yes')
      ? [namespace]
      : [],
  )
  const all = [...listed, ...selectors.flatMap(namedBy), ...matched]
  const whole = [...new Set(all)].filter((namespace) => holesOf(namespace).length === 0)
  return whole.length > 0 && whole.length === new Set(all).size ? whole : undefined
}

/** Names in a selector that asks for nothing but the name label. */
function namedBy(selector: Value): readonly string[] {
  const labels = mapAt(selector, 'matchLabels') ?? {}
  const expressions = listAt(selector, 'matchExpressions')
  const keys = [...Object.keys(labels), ...expressions.map((item) => textAt(item, 'key'))]
  if (keys.length !== 1 || keys[0] !== NAME_LABEL) return []
  const [expression] = expressions
  if (expression === undefined) return [textAt(labels, NAME_LABEL) ?? '']
  return textAt(expression, 'operator') === 'In' ? textsAt(expression, 'values') : []
}
