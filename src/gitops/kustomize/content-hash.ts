import { createHash } from 'node:crypto'
import { isMap, type Value } from '../../model/value.ts'
import { at, plainValue } from '../placed/placed.ts'
import type { ReadObject } from './read-object.ts'

/** Digits that kustomize replaces, so that no hash spells a word. */
const SPELLING: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' }

/** The hash that kustomize puts behind the name of a generated ConfigMap. */
export function configMapHash(object: ReadObject): string {
  const data = at(object.node, 'data')
  const binaryData = at(object.node, 'binaryData')
  const content: Record<string, Value> = {
    ...(binaryData?.type === 'map' ? { binaryData: plainValue(binaryData) } : {}),
    data: data === undefined ? '' : plainValue(data),
    kind: 'ConfigMap',
    // kustomize looks the name up by a path that leads nowhere.
    name: '',
  }
  const digest = createHash('sha256').update(goJson(content)).digest('hex')
  return digest.slice(0, 10).replace(/[013ae]/g, (digit) => SPELLING[digit] as string)
}

/** JSON as Go writes it: keys sorted, and what HTML would take for markup escaped. */
function goJson(value: Value): string {
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(goJson).join(',')}]`
  if (isMap(value)) {
    const entries = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    return `{${entries.map(([key, item]) => `${goJson(key)}:${goJson(item)}`).join(',')}}`
  }
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (ch) => `\\u${ch.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
