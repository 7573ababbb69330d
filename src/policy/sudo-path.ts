import { type Completions, completionsOf, trimmedCompletions } from './completions.ts'
import { literalStart, meet, type PathTokens } from './path-tokens.ts'
import { type RulePath, rulePath } from './rule-path.ts'
import { ruleTokens } from './rule-tokens.ts'

/** Paths whose rule must carry `sudo` too (vault.md §2.3); `*` is a prefix. KV, kubernetes and jwt have none. */
const SYSTEM = [
  'auth/*',
  'remount',
  'audit',
  'audit/*',
  'raw',
  'raw/*',
  'rotate',
  'rotate/keyring',
  'rotate/root',
  'config/cors',
  'config/auditing/*',
  'config/ui/headers/*',
  'plugins/catalog/*',
  'revoke-prefix/*',
  'revoke-force/*',
  'leases',
  'leases/revoke-prefix/*',
  'leases/revoke-force/*',
  'leases/lookup/*',
  'internal/inspect/*',
  'seal',
  'step-down',
]
const TOKEN = ['revoke-orphan/*', 'accessors*']

const PATTERNS = [...SYSTEM.map((pattern) => `sys/${pattern}`), ...TOKEN.map((pattern) => `auth/token/${pattern}`)]
const RULES = PATTERNS.map((pattern) => rulePath(pattern))

/** Whether the paths need `sudo`, which are told without their namespace. */
export function sudoOf(completions: Completions): 'no' | 'perhaps' | 'yes' {
  // A LIST has a slash at the end that the server's list of paths lacks (`auth/token/accessors/`).
  const forms = [...completions, ...trimmedCompletions(completions)]
  if (!RULES.some((rule) => forms.some((form) => meet(ruleTokens(rule), form)))) return 'no'
  const always = completions.every((tokens) => RULES.some((rule) => isWithin(rule, tokens)))
  return always ? 'yes' : 'perhaps'
}

function isWithin(rule: RulePath, tokens: PathTokens): boolean {
  const start = literalStart(tokens)
  if (rule.open) return start.startsWith(rule.text)
  return tokens.every((token) => token >= 0) && (start === rule.text || start === `${rule.text}/`)
}

export function needsSudo(path: string): boolean {
  return /^\/*(sys|auth\/token)\//.test(path) && sudoOf(completionsOf([path])) === 'yes'
}
