import { variantsOf } from '../../src/model/server-law.ts'
import type { Variant } from '../../src/model/variant.ts'
import { type Acl, buildAcl } from '../../src/policy/acl.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import type { RunningServer } from '../openbao/server.ts'
import { policyText, type RandomPolicies } from './random-policy.ts'

/** Where the server and we do not agree. */
export interface Disagreement {
  readonly policies: readonly string[]
  readonly request: string
  readonly ours: string
  readonly server: string
}

export interface Answered {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any
}

/** How many cases were compared, and how many of them the server allowed: neither all nor none, or the run says little. */
export interface Compared {
  readonly cases: number
  readonly allowed: number
}

/** The kind of LIST matching that the running server has (vault.md §0). */
export function variantOf(server: RunningServer): Variant {
  const [variant] = variantsOf(server.product, server.version)
  if (!variant) throw new Error(`no variant for ${server.product} ${server.version}`)
  return variant
}

/** Many requests over few connections, which the harness' own sender does not keep. */
export async function ask(
  server: RunningServer,
  method: string,
  path: string,
  options: {
    readonly token?: string
    readonly body?: unknown
    readonly wrapTtl?: number
    readonly query?: string
  } = {},
): Promise<Answered> {
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const response = await fetch(`${server.address}/v1/${encoded}${options.query ?? ''}`, {
    method,
    redirect: 'manual',
    headers: {
      'X-Vault-Token': options.token ?? server.rootToken,
      'X-Vault-Request': 'true',
      ...(options.wrapTtl ? { 'X-Vault-Wrap-TTL': String(options.wrapTtl) } : {}),
      ...(method === 'PATCH' ? { 'Content-Type': 'application/merge-patch+json' } : {}),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}

/** Writes the policies and gives a token that has them and nothing else. */
export async function giveToken(server: RunningServer, policies: RandomPolicies): Promise<string> {
  const names = policies.map((_, index) => `differential-${index}`)
  for (const [index, rules] of policies.entries()) {
    const written = await ask(server, 'PUT', `sys/policies/acl/${names[index]}`, {
      body: { policy: policyText(rules) },
    })
    if (written.status !== 204)
      throw new Error(`the server refused ${policyText(rules)}: ${JSON.stringify(written.body)}`)
  }
  const made = await ask(server, 'POST', 'auth/token/create', { body: { policies: names, no_default_policy: true } })
  return made.body.auth.client_token
}

/** What `sys/capabilities` answers for the paths to a token of these policies. */
export async function serverRights(
  server: RunningServer,
  policies: RandomPolicies,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const token = await giveToken(server, policies)
  const answer = await ask(server, 'POST', 'sys/capabilities', { body: { token, paths } })
  if (answer.status !== 200) throw new Error(`sys/capabilities: ${JSON.stringify(answer)}`)
  await ask(server, 'POST', 'auth/token/revoke', { body: { token } })
  return new Map(paths.map((path) => [path, [...(answer.body.data[path] ?? ['no answer'])].sort().join(' ')]))
}

export function ourAcl(policies: RandomPolicies): Acl {
  const parsed = policies.map((rules, index) => {
    const result = parsePolicy(policyText(rules))
    if (!result.ok) throw new Error(`we refuse ${policyText(rules)}: ${result.error}`)
    return { name: `differential-${index}`, parsed: result.policy }
  })
  const built = buildAcl(parsed)
  if ('error' in built) throw new Error(built.error)
  return built.acl
}

/** Takes rules away as long as the two still disagree: what is left is the reason. */
export async function shrink(
  policies: RandomPolicies,
  disagree: (fewer: RandomPolicies) => Promise<boolean>,
): Promise<RandomPolicies> {
  let smallest = policies
  for (let changed = true; changed; ) {
    changed = false
    for (const fewer of withoutOne(smallest)) {
      if (!(await disagree(fewer))) continue
      smallest = fewer
      changed = true
      break
    }
  }
  return smallest
}

function withoutOne(policies: RandomPolicies): RandomPolicies[] {
  return policies
    .flatMap((rules, index) =>
      rules.map((_, rule) =>
        policies
          .map((all, other) => (other === index ? all.filter((__, which) => which !== rule) : all))
          .filter((all) => all.length > 0),
      ),
    )
    .filter((fewer) => fewer.length > 0)
}
