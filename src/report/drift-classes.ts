import type { Finding } from '../model/finding.ts'

export interface FindingClass {
  readonly title: string
  readonly findings: readonly Finding[]
}

/** What drift means, each kind under a heading of its own (platform.md §4.2); the last one is everything that no rule is named in. */
const CLASSES: readonly (readonly [title: string, rules: readonly string[]])[] = [
  [
    'The server is not as Git declares it',
    ['state-drift', 'mount-absent', 'mount-version', 'auth-mount-absent', 'role-absent', 'policy-absent'],
  ],
  ['ESO is refused', ['policy-denies', 'role-unbound', 'role-audience']],
  [
    'Secrets are not as references read them',
    ['secret-absent', 'secret-deleted', 'property-absent', 'version-absent', 'find-empty', 'push-unmanaged'],
  ],
  ['It works today and ends by itself', ['expires-soon', 'reviewer-token-static']],
  ['Nothing needs it', ['secret-unused', 'policy-excess', 'token-excess']],
  ['In Git itself', []],
]

/** The findings of a drift run by what kind of drift they are; kinds without any are left out. */
export function driftClasses(findings: readonly Finding[]): FindingClass[] {
  const titleOf = (rule: string) => (CLASSES.find(([, rules]) => rules.includes(rule)) ?? CLASSES.at(-1))?.[0]
  return CLASSES.map(([title]) => ({
    title,
    findings: findings.filter(({ rule }) => titleOf(rule) === title),
  })).filter((one) => one.findings.length > 0)
}
