import { trimSlashes } from '../../model/trim-slashes.ts'
import { counted, listed } from '../../model/wording.ts'
import { generatePolicy } from '../../policy/generate.ts'
import type { KvMount } from '../../policy/kv-boundary.ts'
import type { CiPolicyDocument, CiRule } from '../../report/answer.ts'
import type { Config } from '../../settings/config-file.ts'
import type { Wanted } from '../../state/live/live-state.ts'
import type { Gathered } from '../gather.ts'
import { wantsAuth } from './ci-auth-rights.ts'
import { PURPOSES, type WantedRight } from './ci-purposes.ts'
import { wantsSecrets } from './ci-secret-rights.ts'
import { snapshotLawRights, snapshotSecretRights } from './ci-snapshot-rights.ts'

export interface CiPolicyOptions {
  /** `folder`: one rule for each folder, so that a new secret next to the old ones needs no new policy. */
  readonly form: 'exact' | 'folder'
  readonly allowValueRead: boolean
  /** The token is for mode `snapshot`, which reads more: what the config says of it. */
  readonly snapshot?: Config['snapshot']
}

const OPTIONAL = 'Optional: tells a mount that does not exist from one that is hidden from this token.'

/** The smallest policy with which the live check of this repository sees everything (vault.md §5.1), and no value. */
export function ciPolicy(gathered: Gathered, options: CiPolicyOptions): CiPolicyDocument {
  const notes = new Set<string>(unknownPaths(gathered))
  const rights: WantedRight[] = [
    { path: 'auth/token/lookup-self', capability: 'read', group: PURPOSES.token },
    { path: 'sys/capabilities-self', capability: 'update', group: PURPOSES.token },
    { path: 'auth/token/revoke-self', capability: 'update', group: PURPOSES.token },
  ]
  const optional = new Map<string, CiRule>()
  const kvMounts: KvMount[] = []
  for (const [namespace, wanted] of gathered.wanted) {
    // The policy stands in the token's own namespace and names those below by their path (vault.md §2.8).
    const inside = (path: string) => (namespace === '' ? path : `${namespace}/${path}`)
    const auth = wantsAuth(gathered, namespace, wanted)
    const secrets = wantsSecrets(gathered, namespace, wanted, options)
    for (const note of [...auth.notes, ...secrets.notes]) notes.add(note)
    const { snapshot } = options
    const here =
      snapshot === undefined
        ? [...auth.rights, ...secrets.rights]
        : [
            ...auth.rights.filter(({ path }) => !path.startsWith('sys/policies/')),
            ...snapshotSecretRights(wanted, secrets.mounts, snapshot),
          ]
    const listings =
      snapshot === undefined ? listingRights(wanted, here, secrets.absentMounts) : snapshotLawRights(wanted, snapshot)
    for (const right of [...here, ...listings]) rights.push({ ...right, path: inside(right.path) })
    if (namespace !== '' && (snapshot === undefined ? secrets.rights : here).length > 0) {
      rights.push({ path: inside('sys/capabilities-self'), capability: 'update', group: PURPOSES.namespace })
    }
    kvMounts.push(...secrets.mounts.map((mount) => ({ ...mount, path: inside(mount.path) })))
    for (const path of optionalPaths(wanted)) {
      if (listings.some((right) => right.path === path)) continue
      optional.set(inside(path), { path: inside(path), capabilities: ['read'], purpose: OPTIONAL, needed: false })
    }
  }
  const generated = generatePolicy(rights, { form: options.form, mounts: kvMounts })
  for (const { path, capability } of generated.inexpressible) {
    notes.add(`No rule can name ${path} without naming other paths too; ${capability} on it is left out.`)
  }
  const order: readonly string[] = Object.values(PURPOSES)
  const rules = generated.rules.map((rule): CiRule => {
    const purpose = order.find((one) => rule.groups.includes(one)) ?? ''
    return { path: rule.path, capabilities: [...rule.capabilities], purpose, needed: true }
  })
  // Stable: inside of a purpose the generator's order by path stays.
  rules.sort((a, b) => order.indexOf(a.purpose) - order.indexOf(b.purpose))
  const purpose = options.snapshot === undefined ? {} : ({ for: 'snapshot' } as const)
  return { version: 1, ...purpose, rules: [...rules, ...optional.values()], notes: [...notes].sort() }
}

/**
 * `sys/internal/ui/mounts` shows a mount to whoever has any right below it (vault.md §2.9). Of the others only the whole listing tells.
 */
function listingRights(wanted: Wanted, rights: readonly WantedRight[], absent: ReadonlySet<string>): WantedRight[] {
  const seen = (mount: string) => !absent.has(mount) && rights.some(({ path }) => path.startsWith(`${mount}/`))
  const mounts = mountsOf(wanted)
  const auth = authMountsOf(wanted).map((mount) => `auth/${mount}`)
  const all: WantedRight[] = []
  if (mounts.some((mount) => !seen(mount))) all.push({ path: 'sys/mounts', capability: 'read', group: PURPOSES.mounts })
  if (auth.some((mount) => !seen(mount))) all.push({ path: 'sys/auth', capability: 'read', group: PURPOSES.mounts })
  return all
}

function optionalPaths(wanted: Wanted): string[] {
  return [
    ...(mountsOf(wanted).length > 0 ? ['sys/mounts'] : []),
    ...(authMountsOf(wanted).length > 0 ? ['sys/auth'] : []),
  ]
}

function mountsOf({ mounts = [], secrets = [], finds = [] }: Wanted): string[] {
  const all = [...mounts, ...[...secrets, ...finds].map(({ mount }) => mount)]
  return [...new Set(all.map(trimSlashes))].filter((mount) => mount !== '')
}

function authMountsOf({ authMounts = [], roles = [] }: Wanted): string[] {
  return [...new Set([...authMounts, ...roles.map(({ authMount }) => authMount)].map(trimSlashes))].filter(Boolean)
}

/** What cannot be asked about because Git does not tell the path: the policy says so instead of looking complete. */
function unknownPaths({ prediction }: Gathered): string[] {
  const unknown = prediction.references.filter(
    ({ store, notChecked, skipped }) => store.found === 'vault' && notChecked !== undefined && skipped === undefined,
  )
  if (unknown.length === 0) return []
  const places = [...new Set(unknown.map(({ span }) => `${span.file}:${span.line}`))]
  const shown = places.slice(0, 3)
  const more = places.length > shown.length ? [`${places.length - shown.length} more`] : []
  return [
    `The paths of ${counted(unknown.length, 'reference')} are not known, so nothing is granted for them: ${listed([...shown, ...more])}.`,
  ]
}
