import type { Chain, Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import type { Finding, Severity } from '../model/finding.ts'
import { nearestNames } from '../model/nearest-name.ts'
import { counted, nameManifest } from '../model/wording.ts'
import { type CausedFinding, placesOf, reportCauses } from './common-cause.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A reference names a store that no file declares; ESO answers `could not get ClusterSecretStore "x", … not found`. */
export const storeAbsent: Rule = {
  id: 'store-absent',
  title: 'A reference names a store that is not there',
  group: 'manifest',
  severity: 'error',
  check: (chain) => reportCauses(absences(chain), summarise),
}

/** The store that is named. */
interface Cause {
  readonly kind: string
  readonly name: string
}

function* absences(chain: Chain): Iterable<CausedFinding<Cause>> {
  const seen = new Set<string>()
  for (const link of chain.links) {
    const { reference } = link
    if (reference.store.found !== 'absent' || reference.storeRef === undefined) continue
    // All items of one object name the store at one place: one finding for it.
    const at = `${reference.storeRef.span.file}:${reference.storeRef.span.line}:${reference.storeRef.name} ${nameManifest(reference.manifest)}`
    if (seen.has(at)) continue
    seen.add(at)
    const { kind, name } = reference.storeRef
    yield { cause: { kind, name }, finding: absence(chain, link) }
  }
}

function absence(chain: Chain, link: Link): RuleFinding {
  const { reference } = link
  const { kind, name, span } = reference.storeRef as NonNullable<typeof reference.storeRef>
  const alike = candidates(chain, kind, name, reference.manifest.namespace)
  const severity = severityOf(chain, alike.length > 0)
  const best = alike[0]
  const scope = kind === 'SecretStore' ? ` in namespace \`${reference.manifest.namespace ?? 'unknown'}\`` : ''
  return {
    rule: storeAbsent.id,
    severity,
    message: (object) =>
      `${object} names ${kind} \`${name}\`, and none of that name is declared${scope}. ` +
      (best === undefined
        ? 'It may come from another repository, a chart or Terraform: then give that path too, or turn this rule off in the config.'
        : `There is ${nameManifest(best)}${best.kind === kind ? '' : `, a ${best.kind}`}. ESO answers \`could not get ${kind} "${name}"\`.`),
    span,
    related: best === undefined ? [] : [{ span: best.spanOf(['metadata', 'name']), message: nameManifest(best) }],
    ...(best === undefined ? {} : { fix: fixFor(best, kind) }),
    objects: objectsOf(link),
    fingerprint: fingerprint(storeAbsent.id, nameManifest(reference.manifest), kind, name),
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

/** A repository without any store has them elsewhere (field.md §3); one that declares stores most likely means to declare all. */
function severityOf(chain: Chain, alike: boolean): Severity {
  if (chain.stores.length === 0) return 'note'
  return alike ? 'error' : 'warning'
}

function fixFor(best: StoreManifest, kind: string): string {
  if (best.kind !== kind) return `Write \`kind: ${best.kind}\` beside the name.`
  if (kind === 'SecretStore')
    return `A SecretStore serves its own namespace only: declare one there, or use a ClusterSecretStore.`
  return `Write \`name: ${best.name}\`.`
}

function summarise(findings: readonly [Finding, ...Finding[]], { kind, name }: Cause): Finding {
  const [first] = findings
  return {
    ...first,
    message: `${counted(findings.length, 'object')} name one store that is not declared. The first: ${first.message}`,
    related: [...first.related, ...placesOf(findings.slice(1), 'names the store too')],
    fingerprint: fingerprint(storeAbsent.id, 'many', `${kind}|${name}`),
  }
}
