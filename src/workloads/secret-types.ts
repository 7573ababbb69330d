import { textHoles } from '../eso/holes.ts'
import type { SecretKeys } from '../eso/template/secret-keys.ts'

/** Keys that the API server demands of a type: one of the alternatives in whole (consumers.md §1.4). */
const DEMANDED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'kubernetes.io/tls': [['tls.crt', 'tls.key']],
  'kubernetes.io/dockerconfigjson': [['.dockerconfigjson']],
  'kubernetes.io/dockercfg': [['.dockercfg']],
  'kubernetes.io/basic-auth': [['username'], ['password']],
  'kubernetes.io/ssh-auth': [['ssh-privatekey']],
}

/** The keys that a Secret of this type lacks; `undefined`: none, or Git does not tell all that it has. */
export function missingTypeKeys(type: string, keys: SecretKeys): readonly string[] | undefined {
  const needs = Object.hasOwn(DEMANDED, type) ? DEMANDED[type] : undefined
  if (needs === undefined || keys.open) return undefined
  const missing = needs.map((all) => all.filter((key) => !keys.known.has(key)))
  if (missing.some((all) => all.length === 0)) return undefined
  return missing[0]
}

const PULL_TYPES: ReadonlySet<string> = new Set(['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg'])

/** Whether the kubelet leaves a Secret of this type out when it pulls an image (consumers.md §1.1, F). */
export function isNoPullSecret(type: string | undefined): boolean {
  if (type !== undefined && textHoles(type).length > 0) return false
  return type === undefined || !PULL_TYPES.has(type)
}
