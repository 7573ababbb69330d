import { goQuote } from '../../model/go-quote.ts'
import { lookUp } from '../../model/look-up.ts'
import { hasHole } from '../../model/placeholders.ts'
import type { FieldPath, ValueMap } from '../../model/value.ts'
import { valueAt } from '../field-value.ts'
import { formatPath } from './field-path.ts'
import { asGoDuration, parseGoDuration } from './go-duration.ts'
import type { ProblemList } from './problem-list.ts'

/** Fields that the schema calls text and ESO's own types read as a Go duration: the object cannot be decoded otherwise. */
const DECODED: Readonly<Record<string, readonly FieldPath[]>> = {
  ExternalSecret: [['spec', 'refreshInterval']],
  ClusterExternalSecret: [
    ['spec', 'refreshTime'],
    ['spec', 'externalSecretSpec', 'refreshInterval'],
  ],
  PushSecret: [['spec', 'refreshInterval']],
  ClusterPushSecret: [
    ['spec', 'refreshTime'],
    ['spec', 'pushSecretSpec', 'refreshInterval'],
  ],
}

const STORES: readonly string[] = ['SecretStore', 'ClusterSecretStore']

/** Finds `1d` and `60` where ESO wants a Go duration. */
export function checkDurations(kind: string, body: ValueMap, list: ProblemList): void {
  for (const path of lookUp(DECODED, kind) ?? []) {
    const wrong = fault(body, path)
    if (wrong === undefined) continue
    list.add({
      kind: 'value',
      // The webhook for ExternalSecrets fails to decode it; the other kinds have none.
      effect: kind === 'ExternalSecret' ? 'denied' : 'fails',
      path,
      message: `\`${formatPath(path)}\` is ${JSON.stringify(wrong.value)}, which Go does not read as a duration (units are h, m, s, ms): ESO cannot decode the object.`,
      suggestion: `${String(path.at(-1))}: ${asGoDuration(wrong.value) ?? '1h'}`,
    })
  }
  if (STORES.includes(kind)) checkStore(body, list)
}

function checkStore(body: ValueMap, list: ProblemList): void {
  const refresh: FieldPath = ['spec', 'refreshInterval']
  const value = valueAt(body, refresh)
  const text = typeof value === 'number' && value < 0 ? negative(String(value)) : refreshFault(value)
  if (text !== undefined)
    list.add({
      kind: 'value',
      effect: 'denied',
      path: refresh,
      message: `ESO's webhook refuses the store: "${text}".`,
      text,
      suggestion: `refreshInterval: ${(typeof value === 'string' ? asGoDuration(value.replace(/^-/, '')) : undefined) ?? '1h'}`,
    })
  const retry: FieldPath = ['spec', 'retrySettings', 'retryInterval']
  const wrong = fault(body, retry)
  if (wrong !== undefined)
    list.add({
      kind: 'value',
      effect: 'fails',
      path: retry,
      message: `\`${formatPath(retry)}\` is ${JSON.stringify(wrong.value)}, which Go does not read as a duration (units are h, m, s, ms): the API server takes it, and ESO fails when it uses the store.`,
      suggestion: `retryInterval: ${asGoDuration(wrong.value) ?? '10s'}`,
    })
}

/** A store's interval may be a number of seconds, or a text with a unit (eso.md §6.1). */
function refreshFault(value: unknown): string | undefined {
  if (typeof value !== 'string' || hasHole(value)) return undefined
  const parsed = parseGoDuration(value)
  if (typeof parsed !== 'bigint') return `invalid refreshInterval ${goQuote(value)}: ${parsed.error}`
  return parsed < 0n ? negative(goQuote(value)) : undefined
}

function negative(shown: string): string {
  return `invalid refreshInterval ${shown}: must not be negative`
}

function fault(body: ValueMap, path: FieldPath): { readonly value: string } | undefined {
  const value = valueAt(body, path)
  if (typeof value !== 'string' || hasHole(value)) return undefined
  return typeof parseGoDuration(value) === 'bigint' ? undefined : { value }
}
