import type { Difference, Shown } from '../chain/drift-facts.ts'
import { counted } from '../model/wording.ts'
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
        message: `${subject(difference)} ${fields === 'absent' ? 'is not on the server.' : `differs ${where(difference)}: ${fieldsOf(fields)}`}`,
        span,
        related: [],
        fix: fixOf(difference),
        fingerprint: fingerprint(this.id, namespace, kind, name, ...values),
        vaultPaths: [path],
      }
    }
  },
}

function subject({ name, by, namespace }: Difference): string {
  const begun = name.slice(0, 1).toUpperCase() + name.slice(1)
  const inside = namespace === '' ? '' : ` (Vault namespace \`${namespace}\`)`
  return `${begun}${inside}${by === 'git' ? ', which Git declares here,' : ''}`
}

function where({ by }: Difference): string {
  return by === 'git' ? 'on the server' : 'on the server from what the manifests and the config ask for'
}

function fieldsOf(fields: Exclude<Difference['fields'], 'absent'>): string {
  const named = fields
    .slice(0, NAMED)
    .map(({ field, expected, actual }) => `\`${field}\` is ${said(actual)}, wanted ${said(expected)}`)
  const more = fields.length > NAMED ? `; and ${counted(fields.length - NAMED, 'field')} more` : ''
  return `${named.join('; ')}${more}.`
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
  if (by === 'manifests')
    return 'Run `plan` and `apply` to set it again, or change the manifests or the config to what is meant.'
  return fields === 'absent'
    ? 'Run again what Git declares here, or take it out of Git if it is no longer meant.'
    : 'Run again what Git declares here to undo the change on the server, or write the change into Git if it is meant.'
}
