import type { LintFact } from './lint-fact.ts'
import type { PolicyRule } from './policy-rule.ts'

/** What Vault resolves in the path of a rule (vault.md §2.7). */
const RESOLVES =
  /^(?:identity\.entity\.(?:id|name|metadata\..+|aliases\.(?:\$\{[^}]*\}|[^.]+)\.(?:id|name|(?:custom_)?metadata\..+))|identity\.groups\.(?:ids|names)\..+\.(?:id|name|metadata\..+)|time\.now(?:\.(?:plus|minus)\..+)?)$/s

/** What the alias of a Kubernetes login has (vault.md §2.7). */
const KUBERNETES_METADATA = [
  'service_account_name',
  'service_account_namespace',
  'service_account_uid',
  'service_account_secret_name',
]

/**
 * Rules whose `{{…}}` cannot resolve: the server takes the policy, and drops the rule at every request. `kubernetes`: all who are
 * known to have the policy log in with a Kubernetes role, whose entity has no metadata of its own.
 */
export function unresolvable(rule: PolicyRule, kubernetes: boolean): LintFact[] {
  const directives = [...rule.label.matchAll(/\{\{(.*?)\}\}/gs)].map((match) => (match[1] ?? '').trim())
  for (const directive of directives) {
    const problem = problemOf(directive, kubernetes)
    if (problem === undefined) continue
    const why = `${problem}, so Vault accepts the policy and drops this rule: it grants and denies nothing.`
    return [{ rule: 'policy-rule-dead', code: 'never-resolves', line: rule.line, path: rule.label, why, fix: FIX }]
  }
  return []
}

const FIX =
  'For the namespace of the ServiceAccount write {{identity.entity.aliases.ACCESSOR.metadata.service_account_namespace}}, with the accessor of the auth mount (vault auth list).'

function problemOf(directive: string, kubernetes: boolean): string | undefined {
  const written = `\`{{${directive}}}\``
  // A variable that is filled in before may be anything.
  if (/^\$\{[^}]*\}$/.test(directive)) return undefined
  if (!RESOLVES.test(directive)) return `${written} is no directive of Vault's (only identity.… and time.… resolve)`
  if (!kubernetes) return undefined
  if (directive.startsWith('identity.entity.metadata.'))
    return `${written} never resolves for a Kubernetes login: the entity that it makes has no metadata, only its alias has`
  const key = /^identity\.entity\.aliases\.(?:\$\{[^}]*\}|[^.]+)\.metadata\.(.+)$/s.exec(directive)?.[1]
  if (key === undefined || KUBERNETES_METADATA.includes(key) || key.includes('$')) return undefined
  return `${written} asks for metadata that the alias of a Kubernetes login does not have (it has ${KUBERNETES_METADATA.slice(0, 2).join(', ')} and the like)`
}
