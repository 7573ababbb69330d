import { type PropertyVerdict, plainPresence, propertyPresence } from '../eso/property/property-presence.ts'
import type { Link } from './chain.ts'

/** Whether the secret that a reference reads has its property; `undefined` where it reads none, or where the server told no key names. */
export function propertyVerdict({ reference, secret, store }: Link): PropertyVerdict | undefined {
  const { property, operation } = reference
  if (property === undefined || operation === 'fetch-metadata') return undefined
  if (secret?.presence !== 'present' || secret.keys === undefined) return undefined
  return store?.dialect === 'openBao' ? plainPresence(secret.keys, property) : propertyPresence(secret.keys, property)
}
