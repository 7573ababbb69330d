import { sortCapabilities } from './authorize.ts'
import { toBytes } from './byte-string.ts'
import type { Capability } from './capability.ts'
import { quoteHcl } from './generate.ts'
import type { HoleFinder } from './hole.ts'
import type { LintFact } from './lint-fact.ts'
import { ANY, literalTokens, meet, type PathTokens } from './path-tokens.ts'
import type { PolicyRule } from './policy-rule.ts'
import { holedRuleTokens } from './rule-tokens.ts'

/** What KV v2 puts behind its mount (vault.md §4.8). */
const SIDES = ['data', 'metadata', 'delete', 'undelete', 'destroy', 'subkeys'] as const

/** Rules about a KV v2 mount that no request to it can match, because they lack `data/` or `metadata/` (vault.md §9.3, D142). */
export function missesKv2Side(rule: PolicyRule, mounts: readonly string[], holes: HoleFinder): LintFact[] {
  const label = rule.label.replace(/^\//, '')
  const mount = mounts.find((one) => label.startsWith(`${one}/`))
  if (mount === undefined || label === `${mount}/` || label.includes('{{')) return []
  const tokens = holedRuleTokens(holes.split(label), '')
  if (requestsTo(mount).some((request) => meet(tokens, request))) return []
  const denies = rule.capabilities[0] === 'deny'
  if (rule.capabilities.length === 0 && rule.unknownCapabilities.length === 0) return []
  const rest = label.slice(mount.length + 1)
  return [
    {
      rule: 'policy-rule-dead',
      code: 'lacks-side',
      line: rule.line,
      path: rule.label,
      why:
        `\`${mount}\` is a KV v2 mount, whose requests have \`data/\` or \`metadata/\` behind the mount. \`${label}\` matches none of them and ` +
        `${denies ? 'protects nothing' : 'grants nothing'}.`,
      fix: `Write instead:\n${withSides(mount, rest, rule.capabilities)}`,
    },
  ]
}

function requestsTo(mount: string): PathTokens[] {
  const below = SIDES.map((side) => [...literalTokens(toBytes(`${mount}/${side}/`)), ANY])
  // LIST of the whole mount, with and without its slash, and the mount's settings.
  const whole = SIDES.map((side) => literalTokens(toBytes(`${mount}/${side}`)))
  return [...below, ...whole, literalTokens(toBytes(`${mount}/`)), literalTokens(toBytes(`${mount}/config`))]
}

/** Names are listed, and versions undone, at `metadata/`; all else is asked of `data/`. */
function withSides(mount: string, rest: string, capabilities: readonly Capability[]): string {
  const denies = capabilities[0] === 'deny'
  const block = (side: string, names: readonly Capability[]) =>
    `path ${quoteHcl(`${mount}/${side}/${rest}`)} {\n  capabilities = [${names.map((name) => `"${name}"`).join(', ')}]\n}`
  if (denies) return [block('data', ['deny']), block('metadata', ['deny'])].join('\n')
  const sorted = sortCapabilities(capabilities)
  const data = sorted.filter((name) => name !== 'list')
  return [
    ...(data.length > 0 ? [block('data', data)] : []),
    ...(sorted.includes('list') ? [block('metadata', ['list'])] : []),
  ].join('\n')
}
