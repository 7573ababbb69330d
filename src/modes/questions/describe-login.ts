import type { Link, StoreLink } from '../../chain/chain.ts'
import { nameProvenance, spanOfProvenance } from '../../chain/provenance.ts'
import type { FileLine } from '../../model/span.ts'
import type { Identity, VaultStore } from '../../model/store.ts'
import type { SecretFact } from '../../model/vault-state.ts'
import type { ExplainedLogin } from '../../report/answer.ts'
import { reasonText } from '../../report/reasons/not-checked.ts'
import type { StoreLaw } from './store-law.ts'

/** Who logs in, with which role, and which policies that gives. */
export function describeLogin(
  storeLink: StoreLink,
  identity: Identity | undefined,
  law: StoreLaw | undefined,
): ExplainedLogin {
  const { store, role } = storeLink
  const { auth } = store
  const known = role?.found === 'known' ? role.fact : undefined
  const span = known === undefined ? undefined : spanOfProvenance(known.provenance)
  return {
    identity: nameIdentity(identity),
    role: auth?.role === undefined ? null : `${auth.role} of auth/${auth.mount}/`,
    rolePlace: span === undefined ? null : placeOf(span),
    problem: problemOf(storeLink),
    policies: (law?.policies ?? []).map(({ name, from, span: place, problem }) => ({
      name,
      from: from ?? null,
      place: place === undefined ? null : placeOf(place),
      problem: problem ?? null,
    })),
  }
}

function problemOf({ store, role, policies }: StoreLink): string | null {
  if (role?.found === 'absent') {
    const near = role.near.map((one) => `${one.name} of auth/${one.authMount}/ ${nameProvenance(one.provenance)}`)
    const by = role.by === 'vault' ? 'the server has no such role' : 'Git declares no such role'
    return near.length === 0 ? by : `${by}; near: ${near.join(', ')}`
  }
  if (role?.found === 'conflict') return `${role.facts.length} places in Git declare this role differently`
  if (policies !== undefined) return null
  if (role?.found === 'unknown') return reasonText(role.because)
  if (role?.found === 'known') return 'where the role is declared, its policies are not told'
  return `which policies its token has is not known: give them in the config, \`stores: { ${store.name}: { policies: […] } }\``
}

function nameIdentity(identity: Identity | undefined): string {
  switch (identity?.type) {
    case undefined:
      return 'not known'
    case 'serviceAccount': {
      const audiences = identity.audiences.length === 0 ? '' : ` (audiences ${identity.audiences.join(', ')})`
      return `ServiceAccount ${identity.namespace ?? '(namespace not known)'}/${identity.name}${audiences}`
    }
    case 'controller':
      return "the ESO controller's own ServiceAccount"
    case 'secret': {
      const key = identity.key === undefined ? '' : `, key ${identity.key}`
      return `what Secret ${identity.namespace ?? '(namespace not known)'}/${identity.name} holds${key}`
    }
    case 'other':
      return identity.what
  }
}

/** `KV version 2 at kv/`, with what the mount really is where that is known and differs. */
export function nameEngine(store: VaultStore, mount: StoreLink['mount']): string {
  const version = store.version === 'v1' ? 1 : 2
  if (store.kind === 'VaultDynamicSecret' || store.kind === 'ClusterGenerator') return 'the path as it is written'
  if (store.path === undefined) return `KV version ${version}, the mount is the first part of each key`
  const said = `KV version ${version} at ${store.path}/`
  if (mount?.found === 'absent') return `${said} (nothing is mounted there)`
  if (mount?.found !== 'known') return said
  const { type, version: real } = mount.fact
  if (type !== 'kv') return `${said} (it is a mount of type ${type})`
  return real === undefined || real === version ? said : `${said} (the mount is version ${real})`
}

/** What the server says of the secret or of the search; `null` when none was asked. */
export function describeFacts({ secret, found }: Pick<Link, 'secret' | 'found'>): string | null {
  if (found !== undefined) {
    if ('presence' in found) return `${found.presence}: ${found.because}`
    const names = `${found.names.length} ${found.names.length === 1 ? 'name' : 'names'} below it`
    return found.incomplete === undefined ? names : `${names}; ${found.incomplete}`
  }
  return secret === undefined ? null : describeSecret(secret)
}

function describeSecret(secret: SecretFact): string {
  switch (secret.presence) {
    case 'present':
      return secret.currentVersion === undefined ? 'present' : `present, version ${secret.currentVersion}`
    case 'absent':
      return 'absent'
    case 'deleted':
    case 'destroyed':
      return `${secret.presence}, version ${secret.currentVersion}`
    default:
      return `${secret.presence}: ${secret.because}`
  }
}

export function placeOf({ file, line }: FileLine): FileLine {
  return { file, line }
}
