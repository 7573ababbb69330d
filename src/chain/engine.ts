import { looksDynamic } from '../eso/facts/looks-dynamic.ts'
import type { Reference } from '../model/reference.ts'
import type { MountFact } from '../model/vault-state.ts'
import type { Lookup } from './chain.ts'

/**
 * The kind of engine that a reference asks: the mount's type where Git or a server tells it, else `kv`, else `dynamic` by the
 * shape of the path (eso.md §7 row 5). What is not `kv` is never asked for by a live check: a read would make a credential.
 */
export function engineOf(reference: Reference, mount: Lookup<MountFact> | undefined): string {
  if (reference.operation === 'generator') return 'dynamic'
  if (mount?.found === 'known') return mount.fact.type
  return looksDynamic(reference) ? 'dynamic' : 'kv'
}
