import { lookUp } from '../../model/look-up.ts'
import type { FieldPath, ValueMap } from '../../model/value.ts'
import { valueAt } from '../field-value.ts'
import { formatPath } from './field-path.ts'
import { asGoDuration, isGoDuration } from './go-duration.ts'
import type { ProblemList } from './problem-list.ts'
import { isPlaceholder } from './undecided.ts'

/** Fields that the schema calls text and ESO reads as a Go duration. */
const FIELDS: Readonly<Record<string, readonly FieldPath[]>> = {
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
  SecretStore: [
    ['spec', 'refreshInterval'],
    ['spec', 'retrySettings', 'retryInterval'],
  ],
  ClusterSecretStore: [
    ['spec', 'refreshInterval'],
    ['spec', 'retrySettings', 'retryInterval'],
  ],
}

/** Finds `1d` and `60`: the API server stores them, and ESO cannot decode the object. */
export function checkDurations(kind: string, body: ValueMap, list: ProblemList): void {
  for (const path of lookUp(FIELDS, kind) ?? []) {
    const value = valueAt(body, path)
    if (typeof value !== 'string' || isPlaceholder(value) || isGoDuration(value)) continue
    // A store's refreshInterval may be seconds, as a number or as text (eso.md §6.1).
    if (/Store$/.test(kind) && /^\d+$/.test(value)) continue
    const fix = asGoDuration(value)
    list.add({
      kind: 'value',
      effect: 'denied',
      path,
      message: `\`${formatPath(path)}\` is ${JSON.stringify(value)}, which Go does not read as a duration (units are h, m, s, ms): ESO cannot decode the object.`,
      suggestion: `${String(path.at(-1))}: ${fix ?? '1h'}`,
    })
  }
}
