import type { Chain } from '../chain/chain.ts'
import type { Fix, RelatedPlace } from '../model/finding.ts'
import type { Manifest } from '../model/manifest.ts'
import { nameManifest } from '../model/wording.ts'
import type { Consumption } from '../workloads/consumption.ts'
import type { KeyVerdict } from '../workloads/last-mile.ts'
import { isEsoMaker } from '../workloads/makers.ts'
import { asksFor, madeWith, named, severityOf, withoutKey } from './asked-place.ts'
import { fingerprint } from './fingerprint.ts'
import { type KeySource, keySource } from './key-source.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { sameLines } from './same-lines.ts'

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
    yield* sameLines(
      chain.lastMile.consumptions.flatMap((one) => {
        if (one.optional || one.keys.length === 0) return []
        const verdict = chain.lastMile.keyVerdict(one)
        if (verdict.is !== 'absent') return []
        const finding = findingOf(this.id, chain, one, verdict)
        return [{ finding, made: verdict.makers[0].by.span, what: verdict.missing.join(' ') }]
      }),
    )
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
    cause: JSON.stringify([maker.by.span, missing]),
    span: one.by.spanOf(one.field),
    related: relatedOf(source, one, makers),
    fix:
      missing.length === 1
        ? fixOf(source, first, one, maker.by)
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
    case 'in-vault':
      return [`\`${source.vaultPath}\` has a property \`${key}\`, and nothing reads it.`]
    case 'templated':
      return ['Its template writes these keys only.']
    case 'extracted':
      return [`It takes all keys of \`${source.vaultPath}\`, and \`${key}\` is none of them.`]
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
  if (source.is === 'templated') return [{ span, message: 'the keys that its template writes' }, ...made]
  if (source.is === 'in-vault' || source.is === 'extracted')
    return [{ span, message: `reads \`${source.vaultPath}\`` }, ...made]
  const message =
    source.is === 'dropped'
      ? 'what is read and not written'
      : `key \`${source.as}\`${source.is === 'near' ? ', which looks like it' : ''}`
  return [{ span, message }, ...made]
}

function fixOf(source: KeySource, key: string, one: Consumption, maker: Manifest): Fix | string {
  const by = nameManifest(maker)
  const at = one.by.spanOf(one.field)
  // `key`, `subPath`, `valuesKey`: a field whose text is the key; elsewhere the Secret's name stands.
  const field = one.field.at(-1)
  const asks = field === 'key' || field === 'subPath' || field === 'valuesKey' ? field : undefined
  const renamed = (as: string): Fix | undefined =>
    asks === undefined
      ? undefined
      : { lead: 'ask for the key that the Secret has', kind: 'edit', language: 'yaml', text: `${asks}: ${as}`, at }
  switch (source.is) {
    case 'dropped':
      return {
        lead: `add to \`data\` of the template of ${by}`,
        kind: 'insert',
        language: 'yaml',
        text: `${key}: ${templateOf(key)}`,
        at: maker.spanOf(source.template),
        or: { lead: 'keep what `data` reads', kind: 'edit', language: 'yaml', text: 'mergePolicy: Merge' },
      }
    case 'renamed':
    case 'near': {
      const write: Fix = {
        lead: `write the key in ${by}`,
        kind: 'edit',
        language: 'yaml',
        text: `secretKey: ${key}`,
        ...(source.span === undefined ? {} : { at: source.span }),
      }
      const ask = renamed(source.as)
      if (source.is === 'near' && source.span === undefined)
        return ask ?? `Ask for \`${source.as}\`, or write \`${key}\` in ${by}.`
      return ask === undefined ? write : { ...ask, or: write }
    }
    case 'in-vault':
      return {
        lead: `add to \`data\` of ${by}`,
        kind: 'insert',
        language: 'yaml',
        text: `- secretKey: ${key}\n  remoteRef:\n    key: ${source.key}\n    property: ${key}`,
        at: source.span,
      }
    case 'templated':
      return `Add \`${key}\` to \`data\` of the template of ${by}, or ask for a key that the Secret has.`
    case 'extracted':
      return `Ask for a key that the Secret has, or write \`${key}\` into \`${source.vaultPath}\`.`
    case 'none':
      return source.vaultPath === undefined
        ? `Ask for a key that the Secret has, or add \`${key}\` to ${by}.`
        : `Ask for a key that the Secret has, or add \`${key}\` to \`data\` of ${by}, with the property of \`${source.vaultPath}\` that holds it.`
  }
}

/** How a template of ESO prints a key: a dot takes names of letters, digits and `_` alone. */
function templateOf(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `"{{ .${key} }}"` : `'{{ index . "${key}" }}'`
}
