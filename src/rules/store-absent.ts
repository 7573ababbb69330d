import type { Chain, Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { clusterRelation, isLive } from '../model/cluster.ts'
import type { Fix, Severity } from '../model/finding.ts'
import { nearestNames } from '../model/nearest-name.ts'
import { formatSpan } from '../model/span.ts'
import type { AnyStore } from '../model/store.ts'
import { listed, nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A reference names a store that no file declares; ESO answers `could not get ClusterSecretStore "x", … not found`. */
export const storeAbsent: Rule = {
  id: 'store-absent',
  title: 'A reference names a store that is not there',
  group: 'manifest',
  severity: 'error',
  check: absences,
}

function* absences(chain: Chain): Iterable<RuleFinding> {
  const seen = new Set<string>()
  for (const link of chain.links) {
    const { reference } = link
    if (reference.store.found !== 'absent' || reference.storeRef === undefined) continue
    // All items of one object name the store at one place: one finding for it.
    const at = `${reference.storeRef.span.file}:${reference.storeRef.span.line}:${reference.storeRef.name} ${nameManifest(reference.manifest)}`
    if (seen.has(at)) continue
    seen.add(at)
    const elsewhere = reference.store.elsewhere ?? []
    yield elsewhere.length > 0 ? absentHere(link, elsewhere) : absence(chain, link)
  }
}

/** All that name one store in one cluster are fixed by declaring it. */
function causeOf({ reference }: Link): string {
  const { storeRef, manifest } = reference
  return JSON.stringify([storeRef?.kind, storeRef?.name, manifest.origin.applied.cluster?.id])
}

function absence(chain: Chain, link: Link): RuleFinding {
  const { reference } = link
  const { kind, name, span } = reference.storeRef as NonNullable<typeof reference.storeRef>
  const alike = candidates(chain, kind, name, reference.manifest.namespace)
  const severity = severityOf(chain, link, alike.length > 0)
  const best = alike[0]
  const scope = kind === 'SecretStore' ? ` in namespace \`${reference.manifest.namespace ?? 'unknown'}\`` : ''
  return {
    rule: storeAbsent.id,
    severity,
    headline: `${kind} \`${name}\` is not in Git${scope}`,
    why:
      best === undefined
        ? 'It may come from another repository or a chart: then say it in the config (`stores`), or give the checkout of that repository (`manifests.also`).'
        : `Git has ${nameManifest(best)}. ESO answers \`could not get ${kind} "${name}"\`.`,
    cause: causeOf(link),
    parts: { what: `${kind} \`${name}\` is not in Git` },
    does: `uses ${kind} \`${name}\``,
    span,
    related: best === undefined ? [] : [{ span: best.spanOf(['metadata', 'name']), message: nameManifest(best) }],
    ...(best === undefined ? {} : { fix: fixFor(best, kind) }),
    objects: objectsOf(link),
    fingerprint: fingerprint(storeAbsent.id, nameManifest(reference.manifest), kind, name),
  }
}

/** The store is declared, and not where this consumer is: in other clusters, or in a file that nothing applies (applied.md §4.4). */
function absentHere(link: Link, elsewhere: readonly AnyStore[]): RuleFinding {
  const { reference } = link
  const { manifest } = reference
  const { kind, name, span } = reference.storeRef as NonNullable<typeof reference.storeRef>
  const { verdict, cluster } = manifest.origin.applied
  const live = elsewhere.filter((store) => isLive(store.manifest))
  const [first] = live.length > 0 ? live : elsewhere
  const place = first === undefined ? '' : formatSpan(first.manifest.spanOf(['metadata', 'name']))
  const others = [...new Set(live.flatMap((store) => store.manifest.origin.applied.cluster?.name ?? []))]
  const here = cluster === undefined ? 'what is applied' : `cluster \`${cluster.name}\``
  const headline = live.length === 0 ? `Nothing applies ${kind} \`${name}\`` : `${kind} \`${name}\` is not in ${here}`
  const where = others.length === 0 ? 'It is' : `Cluster ${listed(others.map((one) => `\`${one}\``))} has one`
  return {
    rule: storeAbsent.id,
    severity: live.length === 0 ? 'note' : verdict === 'applied' ? 'error' : 'warning',
    headline,
    why:
      live.length === 0
        ? `It is written in ${place}, which nothing applies.`
        : `${where} in ${place}. ESO answers \`could not get ${kind} "${name}"\`.`,
    cause: causeOf(link),
    parts: { what: headline },
    does: `uses ${kind} \`${name}\``,
    span,
    related: elsewhere.slice(0, 5).map((store) => ({
      span: store.manifest.spanOf(['metadata', 'name']),
      message: `${nameManifest(store.manifest)}${store.manifest.origin.applied.cluster === undefined ? '' : ` of cluster ${store.manifest.origin.applied.cluster.name}`}`,
    })),
    fix: live.length === 0 ? 'let what is applied take that file' : `declare ${kind} \`${name}\` in ${here} too`,
    objects: objectsOf(link),
    fingerprint: fingerprint(storeAbsent.id, nameManifest(manifest), kind, name, cluster?.name ?? ''),
  }
}

type StoreManifest = Chain['stores'][number]['manifest']

/** The same name under the other kind, in another namespace, or a typo away. */
function candidates(chain: Chain, kind: string, name: string, namespace: string | undefined): StoreManifest[] {
  const sameName = chain.stores.filter((store) => store.name === name)
  if (sameName.length > 0) return sameName.map((store) => store.manifest)
  const reachable = chain.stores.filter(
    (store) => store.kind === 'ClusterSecretStore' || (kind === 'SecretStore' && store.namespace === namespace),
  )
  const near = nearestNames(
    name,
    reachable.map((store) => store.name),
  )
  return near.flatMap((candidate) =>
    reachable.filter((store) => store.name === candidate).map((store) => store.manifest),
  )
}

/**
 * A repository without any store has them elsewhere (field.md §3); one that declares stores most likely means to declare all, and for a
 * cluster that gets others of the kind from here that is as good as certain.
 */
function severityOf(chain: Chain, { reference: { manifest, storeRef } }: Link, alike: boolean): Severity {
  if (chain.stores.length === 0) return 'note'
  const { verdict, cluster } = manifest.origin.applied
  const hasSiblings = () =>
    chain.stores.some(
      ({ kind, manifest: { origin } }) =>
        kind === storeRef?.kind &&
        origin.applied.verdict === 'applied' &&
        clusterRelation(cluster, origin.applied.cluster) === 'same',
    )
  return alike || (verdict === 'applied' && hasSiblings()) ? 'error' : 'warning'
}

function fixFor(best: StoreManifest, kind: string): Fix | string {
  if (best.kind !== kind) return { lead: 'name its kind', kind: 'edit', language: 'yaml', text: `kind: ${best.kind}` }
  if (kind === 'SecretStore') return 'declare the SecretStore in that namespace too, or use a ClusterSecretStore'
  return { lead: 'correct the name', kind: 'edit', language: 'yaml', text: `name: ${best.name}` }
}
