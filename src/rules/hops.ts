import type { Chain, Link } from '../chain/chain.ts'
import { kvPath } from '../chain/kv-path.ts'
import { spanOfProvenance } from '../chain/provenance.ts'
import { providerPath } from '../eso/provider.ts'
import type { Hop } from '../model/finding.ts'
import type { FileLine, Span } from '../model/span.ts'
import type { Provenance } from '../model/vault-state.ts'

/** Where the chain breaks, and why. */
export interface Break {
  readonly at: Hop['of']
  readonly says?: string
  /** Of a policy: the one to look at. */
  readonly policy?: string
  readonly span?: Span | undefined
}

/** The chain from the store to the link that breaks; what lies behind it is not told. */
export function hopsTo(chain: Chain, link: Pick<Link, 'store' | 'role' | 'policies'>, broken: Break): Hop[] {
  const hops: Hop[] = []
  const { policies } = link
  for (const hop of loginHops(link)) if (add(hop)) return hops
  const policy = broken.policy ?? policies?.names[0]
  if (policy !== undefined || broken.at === 'policy') {
    const fact = policy === undefined ? undefined : chain.policy(policy)
    const span =
      fact?.found === 'known' ? (fact.fact.spanOfLine?.(1) ?? spanOfProvenance(fact.fact.provenance)) : undefined
    add({ of: 'policy', name: policy ?? 'none', is: 'ok', ...(span === undefined ? {} : { at: lineOf(span) }) })
  }
  return hops

  /** Whether the chain ends there. */
  function add(hop: Hop): boolean {
    if (hop.of !== broken.at) return hops.push(hop) < 0
    const at = broken.span === undefined ? hop.at : lineOf(broken.span)
    hops.push({ ...hop, is: 'broken', ...(at && { at }), ...(broken.says === undefined ? {} : { says: broken.says }) })
    return true
  }
}

/** The store and the role that it logs in with, as far as Git or the server tells of them. */
export function loginHops({ store, role }: Pick<Link, 'store' | 'role'>): Hop[] {
  const hops: Hop[] = []
  if (store !== undefined) {
    const at = lineOf(store.manifest.spanOf([...providerPath(store), 'auth'], 'key'))
    hops.push({ of: 'store', name: store.name, is: 'ok', at })
  }
  const name = role?.found === 'known' ? role.fact.name : (store?.auth?.role ?? store?.auth?.username)
  if (name === undefined) return hops
  const at = role?.found === 'known' ? placeOf(role.fact.provenance) : undefined
  const is = role?.found === 'known' ? 'ok' : role?.found === 'absent' ? 'broken' : 'not-checked'
  return [...hops, { of: 'role', name, is, ...(at && { at }) }]
}

/** What a reference does, for the list of places: `reads kv/team/app`. */
export function doesOf({ reference, store }: Pick<Link, 'reference' | 'store'>): string | undefined {
  const access = reference.accesses.find(({ side }) => side === 'data' || side === 'metadata')
  if (access === undefined) return undefined
  const path = `\`${kvPath(access.path, store?.path)}\``
  switch (reference.operation) {
    case 'push':
      return `writes ${path}`
    case 'find':
      return `looks below ${path}`
    default:
      return `reads ${path}`
  }
}

function placeOf(provenance: Provenance): FileLine | undefined {
  const span = spanOfProvenance(provenance)
  return span === undefined ? undefined : lineOf(span)
}

function lineOf({ file, line }: Span): FileLine {
  return { file, line }
}
