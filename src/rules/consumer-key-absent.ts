import type { Chain } from '../chain/chain.ts'
import type { RelatedPlace } from '../model/finding.ts'
import { nameManifest } from '../model/wording.ts'
import type { Consumption } from '../workloads/consumption.ts'
import type { KeyVerdict } from '../workloads/last-mile.ts'
import { isEsoMaker } from '../workloads/makers.ts'
import { asksFor, madeWith, named, severityOf, withoutKey } from './asked-place.ts'
import { fingerprint } from './fingerprint.ts'
import { type KeySource, keySource } from './key-source.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * A workload, a release or a controller asks for a key that the Secret will not have: all who write the Secret are in Git, and none gives
 * the key (consumers.md §3, §6). What Git does not tell in whole is never said to lack a key.
 */
export const consumerKeyAbsent: Rule = {
  id: 'consumer-key-absent',
  title: 'A workload asks for a key that its Secret does not have',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const one of chain.lastMile.consumptions) {
      if (one.optional || one.keys.length === 0) continue
      const verdict = chain.lastMile.keyVerdict(one)
      if (verdict.is === 'absent') yield findingOf(this.id, chain, one, verdict)
    }
  },
}

function findingOf(
  id: string,
  chain: Chain,
  one: Consumption,
  { makers, missing, keys }: Extract<KeyVerdict, { is: 'absent' }>,
): RuleFinding {
  const maker = makers.find(isEsoMaker) ?? makers[0]
  const [first = ''] = missing
  const source = keySource(chain, maker.by, first, keys)
  const asks = asksFor(one, missing)
  const said = [
    `which ${madeWith(makers, keys)}.`,
    ...(missing.length === 1 ? sourceSentence(source, first) : []),
    withoutKey(one, missing),
  ]
  return {
    rule: id,
    severity: severityOf(one),
    headline: `Secret \`${one.name}\` will have no key ${missing.length === 1 ? `\`${first}\`` : named(missing)}`,
    why: (object) => `${asks(object)}, ${said.join(' ')}`,
    // One key is added where the Secret is made, whoever asks for it.
    cause: JSON.stringify([nameManifest(maker.by), maker.by.span, missing]),
    span: one.by.spanOf(one.field),
    related: relatedOf(source, one, makers),
    fix:
      missing.length === 1
        ? fixOf(source, first, nameManifest(maker.by))
        : `Add ${named(missing)} to ${nameManifest(maker.by)}.`,
    objects: [one.by],
    ...(source.vaultPath === undefined ? {} : { vaultPaths: [source.vaultPath] }),
    fingerprint: fingerprint(id, nameManifest(one.by), one.name, ...missing, one.container, one.as),
  }
}

function sourceSentence(source: KeySource, key: string): string[] {
  const from = source.vaultPath === undefined ? '' : ` from \`${source.vaultPath}\``
  switch (source.is) {
    case 'dropped':
      return [`It reads \`${key}\`${from}, and its template leaves it out.`]
    case 'renamed':
      return [`\`${key}\` is read${from} as \`${source.as}\`.`]
    default:
      return []
  }
}

function relatedOf(
  source: KeySource,
  one: Consumption,
  makers: readonly { readonly by: Consumption['by'] }[],
): RelatedPlace[] {
  const made = makers.map(({ by }) => ({ span: by.span, message: `${nameManifest(by)} makes Secret \`${one.name}\`` }))
  const span = source.is === 'none' ? undefined : source.span
  if (span === undefined || source.is === 'none') return made
  const message =
    source.is === 'dropped'
      ? 'what is read and not written'
      : `key \`${source.as}\`${source.is === 'near' ? ', which looks like it' : ''}`
  return [{ span, message }, ...made]
}

function fixOf(source: KeySource, key: string, maker: string): string {
  switch (source.is) {
    case 'dropped':
      return `Add \`${key}: "${templateOf(key)}"\` to the template of ${maker}, or set \`mergePolicy: Merge\` there.`
    case 'renamed':
      return `Ask for \`${source.as}\`, or write \`secretKey: ${key}\` in ${maker}.`
    case 'near':
      return `Ask for \`${source.as}\`, or write \`${key}\` in ${maker}.`
    case 'none':
      return source.vaultPath === undefined
        ? `Ask for a key that the Secret has, or add \`${key}\` to ${maker}.`
        : `Ask for a key that the Secret has, or add \`${key}\` to \`data\` of ${maker}: \`secretKey: ${key}\`, with the property of \`${source.vaultPath}\` that holds it.`
  }
}

/** How a template of ESO prints a key: a dot takes names of letters, digits and `_` alone. */
function templateOf(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `{{ .${key} }}` : `{{ index . \\"${key}\\" }}`
}
