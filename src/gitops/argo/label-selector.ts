import { listAt, mapAt, stringAt, stringsAt, type Value } from '../../model/value.ts'

/** Labels as far as Git tells them. */
export interface Labels {
  get(name: string): string | undefined
  /** Whether one that is not there may be there in the cluster. */
  mayHold(name: string): boolean
}

/** Whether a label selector takes labels (Kubernetes' rules, with any text as a value); `undefined`: Git does not tell. */
export function selects(selector: Value | undefined, labels: Labels): boolean | undefined {
  const verdicts: (boolean | undefined)[] = []
  const has = (key: string) => (labels.get(key) !== undefined ? true : labels.mayHold(key) ? undefined : false)
  const isOneOf = (key: string, values: readonly string[]) => {
    const value = labels.get(key)
    if (value === undefined) return has(key)
    return values.includes(value)
  }
  for (const [key, value] of Object.entries(mapAt(selector, 'matchLabels') ?? {}))
    verdicts.push(isOneOf(key, [String(value)]))
  for (const expression of listAt(selector, 'matchExpressions')) {
    const key = stringAt(expression, 'key') ?? ''
    const values = stringsAt(expression, 'values')
    switch (stringAt(expression, 'operator')) {
      case 'In':
        verdicts.push(isOneOf(key, values))
        break
      case 'NotIn':
        verdicts.push(not(isOneOf(key, values)))
        break
      case 'Exists':
        verdicts.push(has(key))
        break
      case 'DoesNotExist':
        verdicts.push(not(has(key)))
        break
      default:
        verdicts.push(undefined)
    }
  }
  if (verdicts.includes(false)) return false
  return verdicts.includes(undefined) ? undefined : true
}

function not(verdict: boolean | undefined): boolean | undefined {
  return verdict === undefined ? undefined : !verdict
}

export function isEmptySelector(selector: Value | undefined): boolean {
  return (
    Object.keys(mapAt(selector, 'matchLabels') ?? {}).length === 0 && listAt(selector, 'matchExpressions').length === 0
  )
}
