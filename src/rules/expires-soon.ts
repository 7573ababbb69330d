import type { Ending } from '../chain/drift-facts.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** Something on the server ends by itself within a month (platform.md §4.2, class 5). */
export const expiresSoon: Rule = {
  id: 'expires-soon',
  title: 'A policy rule, CA certificate or secret version on the server ends by itself soon',
  group: 'facts',
  severity: 'warning',
  optIn: true,
  *check(chain): Iterable<RuleFinding> {
    for (const ending of chain.drift?.ending ?? []) {
      yield {
        rule: this.id,
        severity: ending.over ? 'error' : this.severity,
        headline: `${ending.what} ${ending.over ? 'expired' : 'expires'} on ${dayOf(ending.at)}`,
        why: `${ending.over ? 'It expired' : 'It expires'} at ${ending.at}. ${CONSEQUENCE[ending.kind]}`,
        span: ending.span,
        related: [],
        fix: FIX[ending.kind],
        fingerprint: fingerprint(this.id, ending.kind, ...ending.about, ending.at),
        ...(ending.vaultPath === undefined ? {} : { vaultPaths: [ending.vaultPath] }),
      }
    }
  },
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ')

/** `3 December`, with the year where the text tells one. */
function dayOf(time: string): string {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})/.exec(time) ?? []
  const name = MONTHS[Number(month) - 1]
  return name === undefined ? time : `${Number(day)} ${name} ${year}`
}

const CONSEQUENCE: Readonly<Record<Ending['kind'], string>> = {
  policy: 'OpenBao then drops it silently, and what only it allows is denied.',
  'policy-rule': 'OpenBao then drops the rule silently, and what it allows is denied.',
  'ca-certificate': 'The server then no longer trusts the API server, and every login through it fails.',
  'secret-version': 'The engine then deletes it (`delete_version_after`), and ESO finds no secret.',
}

const FIX: Readonly<Record<Ending['kind'], string>> = {
  policy: 'write the policy again, with a later `expiration` or `ttl`, or without one',
  'policy-rule': 'write the policy with a later `expiration`, or without one',
  'ca-certificate': 'write the auth config with the new CA certificate beside the old one',
  'secret-version': 'write the secret again, or set `delete-version-after` to 0 for it',
}
