import { compileGoRegexp, isRegexp } from '../model/go-regexp.ts'
import type { ConditionVerdict } from '../model/reference.ts'
import type { VaultStore } from '../model/store.ts'
import type { Value } from '../model/value.ts'
import { listAt, mapAt, textsAt } from './field-value.ts'
import { type Answer, agreed, any, type NamespaceLabels, selects, viewsOf } from './labels.ts'
import { patchOver } from './patched.ts'

const ALLOWED: ConditionVerdict = { verdict: 'allowed' }

/**
 * Judges the store's `conditions` for the consumer's namespaces. Only a ClusterSecretStore honours them; an absent or empty list
 * allows all (eso.md §6.1). With several namespaces one denied is enough to be denied, and those are named.
 */
export function judgeConditions(
  store: Pick<VaultStore, 'kind' | 'name' | 'manifest'>,
  namespaces: readonly string[] | undefined,
  known: NamespaceLabels,
  holesOf: (text: string) => readonly string[],
): ConditionVerdict {
  if (store.kind !== 'ClusterSecretStore') return ALLOWED
  const patched = patchOver(store.manifest, ['spec', 'conditions'])
  if (patched !== undefined) return { verdict: 'unknown', because: { ...patched, of: 'conditions' } }
  const conditions = listAt(store.manifest.body, 'spec', 'conditions')
  if (conditions.length === 0) return ALLOWED
  if (namespaces === undefined) {
    return { verdict: 'unknown', because: { code: 'conditions-need-namespace' } }
  }
  const answers = namespaces.map((namespace) => ({
    namespace,
    answer: any(conditions.map((condition) => judge(condition, namespace, known, holesOf))),
  }))
  const denied = answers.filter(({ answer }) => answer === 'no').map(({ namespace }) => namespace)
  if (denied.length > 0) {
    const [first = ''] = denied
    return {
      verdict: 'denied',
      namespaces: denied,
      says: `using cluster store "${store.name}" is not allowed from namespace "${first}": denied by spec.condition`,
    }
  }
  const unknown = answers.find(({ answer }) => answer === 'unknown')
  return unknown === undefined
    ? ALLOWED
    : { verdict: 'unknown', because: { code: 'namespace-labels-unknown', namespace: unknown.namespace } }
}

/** One condition: any of its parts is enough, and `- {}` matches nothing (eso.md §6.1). */
function judge(
  condition: Value,
  namespace: string,
  known: NamespaceLabels,
  holesOf: (text: string) => readonly string[],
): Answer {
  const answers: Answer[] = []
  const selector = mapAt(condition, 'namespaceSelector')
  if (selector !== undefined) {
    answers.push(agreed(viewsOf(namespace, known).map((labels) => selects(selector, labels, holesOf))))
  }
  for (const name of textsAt(condition, 'namespaces')) {
    answers.push(holesOf(name).length > 0 ? 'unknown' : name === namespace ? 'yes' : 'no')
  }
  for (const pattern of textsAt(condition, 'namespaceRegexes')) {
    const compiled = compileGoRegexp(pattern)
    // A pattern that does not compile is refused by the webhook (eso.md §5.5): what the cluster holds instead is not known.
    if (holesOf(pattern).length > 0 || !isRegexp(compiled)) answers.push('unknown')
    else answers.push(compiled.matches(namespace) ? 'yes' : 'no')
  }
  return any(answers)
}
