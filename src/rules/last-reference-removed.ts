import type { Unreferenced } from '../chain/chain.ts'
import { counted, listed } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * A change takes away the last reference to a secret. That is often what is meant; the secret, and the rule that let ESO read it,
 * stay in Vault, and nobody looks at them again.
 */
export const lastReferenceRemoved: Rule = {
  id: 'last-reference-removed',
  title: 'A change takes away the last reference to a secret',
  group: 'manifest',
  ofChange: true,
  severity: 'note',
  *check({ before }): Iterable<RuleFinding> {
    for (const gone of before?.unreferenced ?? []) {
      yield {
        rule: this.id,
        severity: this.severity,
        headline: `This change removes the last reference to \`${gone.path}\``,
        why: whyOf(gone, before?.since ?? 'the base'),
        span: gone.span,
        related: gone.rules,
        fix: fixOf(gone),
        fingerprint: fingerprint(this.id, gone.path),
        vaultPaths: [gone.path],
      }
    }
  },
}

/** As many workloads are named. */
const SHOWN = 3

function whyOf({ reference, others, pushed, fileGone, usedBy }: Unreferenced, since: string): string {
  const who = others === 0 ? reference : `${reference} and ${counted(others, 'other reference')}`
  const verb = pushed ? (others === 0 ? 'pushes to' : 'push to') : others === 0 ? 'reads' : 'read'
  const where = fileGone ? 'in this file, which is gone' : 'here'
  const more = usedBy.length - SHOWN
  const users = more > 0 ? `${usedBy.slice(0, SHOWN).join(', ')} and ${more} more` : listed(usedBy)
  const used = usedBy.length === 0 ? '' : `, for ${users}`
  return `In ${since}, ${who} ${verb} it ${where}${used}. The secret stays in Vault.`
}

function fixOf({ rules }: Unreferenced): string {
  const places = listed(rules.map(({ span }) => `${span.file}:${span.line}`))
  const grants = rules.length === 0 ? '' : ` and remove ${rules.length === 1 ? 'its rule' : 'its rules'} (${places})`
  return `if nothing else needs it, delete it after the merge (\`kv metadata delete\`)${grants}`
}
