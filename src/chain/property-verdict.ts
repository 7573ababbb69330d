import { parseGjsonPath } from '../eso/property/gjson-path.ts'
import { type PropertyVerdict, plainPresence, propertyPresence } from '../eso/property/property-presence.ts'
import type { SubKeys } from '../model/vault-state.ts'
import type { Link } from './chain.ts'

/** Whether the secret that a reference reads has its property; `undefined` where it reads none, or where the server told no key names. */
export function propertyVerdict({ reference, secret, store }: Link): PropertyVerdict | undefined {
  const { property, operation } = reference
  if (property === undefined || operation === 'fetch-metadata') return undefined
  if (secret?.presence !== 'present' || secret.keys === undefined) return undefined
  if (secret.keysHashed === true) return byHashedKeys(secret.keys, property, store?.dialect === 'openBao')
  return store?.dialect === 'openBao' ? plainPresence(secret.keys, property) : propertyPresence(secret.keys, property)
}

/** Keys that were looked up are there or not; a pattern would have to see the names of all (snapshot.md §2). */
function byHashedKeys(keys: SubKeys, property: string, plain: boolean): PropertyVerdict {
  const parsed = parseGjsonPath(property)
  const isPath = 'steps' in parsed && parsed.steps.every(({ wild }) => wild === undefined)
  if (!plain && !isPath && !Object.hasOwn(keys, property))
    return {
      presence: 'unknown',
      because: `\`${property}\` is a pattern, and the names of the keys are hashed in the snapshot`,
    }
  const { presence, because, found } = plain ? plainPresence(keys, property) : propertyPresence(keys, property)
  if (presence !== 'absent') return { presence, because, found }
  return { presence, because: `no key \`${property}\` (the names of its keys are hashed in the snapshot)` }
}
