import type { Manifest } from '../model/manifest.ts'
import type { Value } from '../model/value.ts'
import { isMap, listAt, mapAt, textAt, textMapAt, textsAt } from './field-value.ts'
import { isCoreKind } from './kinds.ts'
import { patchOver } from './patched.ts'

export type Answer = 'yes' | 'no' | 'unknown'

/** What Git says of an object's labels. */
export interface Labels {
  readonly labels: Readonly<Record<string, string>>
  /** Whether there are no others than these. */
  readonly complete: boolean
}

/** Every namespace carries its name under this label; the API server puts it there. */
export const NAME_LABEL = 'kubernetes.io/metadata.name'

/** What each namespace is known to be labelled with; several manifests of one namespace give several views. */
export type NamespaceLabels = ReadonlyMap<string, readonly Labels[]>

/** Labels of the namespaces that Git creates. */
export function namespaceLabels(manifests: readonly Manifest[], holesOf: (text: string) => readonly string[]) {
  const known = new Map<string, Labels[]>()
  for (const manifest of manifests) {
    if (!isCoreKind(manifest, 'Namespace')) continue
    known.set(manifest.name, [...(known.get(manifest.name) ?? []), labelsOf(manifest, holesOf)])
  }
  return known as NamespaceLabels
}

/** Labels of one object; a label with a variable in it makes the view incomplete, and so does a patch. */
export function labelsOf(manifest: Manifest, holesOf: (text: string) => readonly string[]): Labels {
  const written = textMapAt(manifest.body, 'metadata', 'labels') ?? {}
  const whole = Object.entries(written).filter(([key, value]) => holesOf(`${key}=${value}`).length === 0)
  const labels = Object.fromEntries(whole)
  return {
    labels: manifest.kind === 'Namespace' ? { ...labels, [NAME_LABEL]: manifest.name } : labels,
    complete: whole.length === Object.keys(written).length && patchOver(manifest, ['metadata', 'labels']) === undefined,
  }
}

/** The views of a namespace; for one that Git does not create only its name label is known. */
export function viewsOf(namespace: string, known: NamespaceLabels): readonly Labels[] {
  return known.get(namespace) ?? [{ labels: { [NAME_LABEL]: namespace }, complete: false }]
}

/** Whether a Kubernetes label selector selects these labels. An empty selector selects all. */
export function selects(
  selector: Value | undefined,
  labels: Labels,
  holesOf: (text: string) => readonly string[],
): Answer {
  if (!isMap(selector)) return 'no'
  const answers: Answer[] = []
  const wanted = mapAt(selector, 'matchLabels') ?? {}
  for (const key of Object.keys(wanted)) {
    answers.push(requirement(key, 'In', [textAt(wanted, key) ?? ''], labels, holesOf))
  }
  for (const item of listAt(selector, 'matchExpressions')) {
    const key = textAt(item, 'key') ?? ''
    answers.push(requirement(key, textAt(item, 'operator') ?? '', textsAt(item, 'values'), labels, holesOf))
  }
  return all(answers)
}

function requirement(
  key: string,
  operator: string,
  values: readonly string[],
  { labels, complete }: Labels,
  holesOf: (text: string) => readonly string[],
): Answer {
  if ([key, ...values].some((text) => holesOf(text).length > 0)) return 'unknown'
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  if (value === undefined && !complete) return 'unknown'
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value) ? 'yes' : 'no'
    case 'NotIn':
      return value === undefined || !values.includes(value) ? 'yes' : 'no'
    case 'Exists':
      return value !== undefined ? 'yes' : 'no'
    case 'DoesNotExist':
      return value === undefined ? 'yes' : 'no'
    default:
      return 'unknown'
  }
}

/** `no` if any says no, else `unknown` if any is unknown. */
function all(answers: readonly Answer[]): Answer {
  if (answers.includes('no')) return 'no'
  return answers.includes('unknown') ? 'unknown' : 'yes'
}

/** `yes` if any says yes, else `unknown` if any is unknown. */
export function any(answers: readonly Answer[]): Answer {
  if (answers.includes('yes')) return 'yes'
  return answers.includes('unknown') ? 'unknown' : 'no'
}

/** `yes` or `no` where all views agree; `unknown` where they differ (the same namespace in several trees). */
export function agreed(answers: readonly Answer[]): Answer {
  const [first = 'unknown'] = answers
  return answers.every((answer) => answer === first) ? first : 'unknown'
}
