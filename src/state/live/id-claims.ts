import type { IdClaims } from '../../model/id-claims.ts'
import { isObject } from './answer.ts'

/** The claims of GitHub's token that say which workflow this is, and those that every JWT has (platform.md §1.4). */
const TOLD = [
  ...['iss', 'aud', 'sub', 'repository', 'repository_id', 'repository_owner', 'repository_owner_id', 'ref'],
  ...['environment', 'event_name', 'workflow_ref', 'job_workflow_ref', 'ref_protected', 'repository_visibility'],
]

/** Reads what a JWT says, without its signature: for a message, and never to trust it. */
export function claimsOf(jwt: string): IdClaims {
  let payload: unknown
  try {
    payload = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'))
  } catch {
    return {}
  }
  if (!isObject(payload)) return {}
  return Object.fromEntries(
    TOLD.flatMap((name) => {
      const value = Object.hasOwn(payload, name) ? payload[name] : undefined
      const text = Array.isArray(value) ? value.join(', ') : value
      return typeof text === 'string' || typeof text === 'number' || typeof text === 'boolean'
        ? [[name, String(text).slice(0, 300)] as const]
        : []
    }),
  )
}
