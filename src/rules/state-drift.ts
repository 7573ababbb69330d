import type { Difference, Shown } from '../chain/drift-facts.ts'
import { counted, upper } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** So many fields are named one by one. */
const NAMED = 20

/** The server is not as Git declares it: somebody changed one of the two by hand (platform.md §4.2, class 4). */
export const stateDrift: Rule = {
  id: 'state-drift',
  title: 'A mount, auth config, role or policy on the server differs from what Git declares',
  group: 'facts',
  severity: 'error',
  optIn: true,
  *check(chain): Iterable<RuleFinding> {
    for (const difference of chain.drift?.differences ?? []) {
      const { kind, name, path, namespace, fields, span } = difference
      // The new values count: a further change of the same field is news.
      const values = fields === 'absent' ? ['absent'] : fields.map((one) => `${one.field}=${identityOf(one.actual)}`)
      yield {
        rule: this.id,
        severity: this.severity,
        headline: headlineOf(difference),
        why: whyOf(difference),
        ...(fields === 'absent' ? {} : { shows: { language: 'diff', text: diffOf(difference, fields) } }),
        ...(kind === 'policy'
          ? { parts: { policy: bareName(name) } }
          : kind === 'role'
            ? { parts: { role: bareName(name) } }
            : {}),
        span,
        related: [],
        fix: fixOf(difference),
        fingerprint: fingerprint(this.id, namespace, kind, name, ...values),
        vaultPaths: [path],
      }
    }
  },
}

function headlineOf({ name, fields, kind, by }: Difference): string {
  const begun = name.slice(0, 1).toUpperCase() + name.slice(1)
  if (fields === 'absent') return `${begun} is not in Vault`
  const what = kind === 'policy' ? 'rule' : 'field'
  return `${begun} differs from ${by === 'git' ? 'Git' : 'the manifests'}: ${counted(fields.length, what)}`
}

function whyOf({ by, namespace, fields }: Difference): string {
  const inside = namespace === '' ? '' : ` It is in Vault namespace \`${namespace}\`.`
  if (fields === 'absent') return `${by === 'git' ? 'Git has it here' : 'The manifests need it'}.${inside}`
  const named = fields
    .slice(0, NAMED)
    .map(
      ({ field, expected, actual }) =>
        `\`${field}\` is ${said(actual)}, ${by === 'git' ? 'in Git' : 'needed'} ${said(expected)}`,
    )
  const more = fields.length > NAMED ? `; and ${counted(fields.length - NAMED, 'field')} more` : ''
  return `${upper(named.join('; '))}${more}.${inside}`
}

/** ``role `eso` of auth mount `kubernetes` `` → `eso`. */
function bareName(name: string): string {
  return (name.split('`')[1] ?? name).replace(/^(?:policy|role) /, '').split(' ')[0] ?? name
}

/** `---` Git, `+++` Vault: what changed in Vault, line by line. */
function diffOf({ by, path, span }: Difference, fields: Exclude<Difference['fields'], 'absent'>): string {
  const from = by === 'git' ? `Git    ${span.file}:${span.line}` : 'wanted by the manifests'
  const line = (sign: string, field: string, shown: Shown) => `${sign}${field}: ${plain(shown)}`
  const has = ({ code }: Shown) => code !== 'no-rule' && code !== 'nothing'
  const lines = fields
    .slice(0, NAMED)
    .flatMap(({ field, expected, actual }) => [
      ...(has(expected) ? [line('-', field, expected)] : []),
      ...(has(actual) ? [line('+', field, actual)] : []),
    ])
  return [`--- ${from}`, `+++ Vault  ${path}`, ...lines].join('\n')
}

function plain(shown: Shown): string {
  return (shown.code === 'value' ? shown.text : said(shown)).replaceAll('`', "'").replace(/\s+/g, ' ')
}

function said(shown: Shown): string {
  switch (shown.code) {
    case 'value':
      return `\`${shown.text.replaceAll('`', "'")}\``
    case 'nothing':
      return 'nothing'
    case 'default':
      return `its default (${shown.text})`
    case 'set':
      return 'set (never shown)'
    case 'not-set':
      return 'not set'
    case 'pem':
      return `a PEM ${shown.label} (SHA-256 of its text ${shown.sha256}…)`
    case 'no-rule':
      return 'no such rule'
    case 'no-capability':
      return 'no capability'
    case 'unreadable':
      return `a text that the server itself could not read again (${shown.says})`
    case 'policy':
      return 'a policy'
  }
}

/** What tells one value from another, whatever words it is shown in. */
function identityOf(shown: Shown): string {
  if (shown.code === 'value') return shown.text
  if (shown.code === 'pem') return `pem ${shown.sha256}`
  return shown.code === 'default' ? `default ${shown.text}` : shown.code
}

function fixOf({ by, fields }: Difference): string {
  if (by === 'manifests') return 'run `plan` and `apply` to set it again, or change the manifests or the config'
  return fields === 'absent'
    ? 'create it again as Git has it, or remove it from Git'
    : 'set it back to what Git has, or, if the change is meant, write it into Git'
}
