import type { Chain, JudgedExpectation, TokenHolder } from '../chain/chain.ts'
import { spanOfProvenance } from '../chain/provenance.ts'
import { providerPath } from '../eso/provider.ts'
import type { Expectation } from '../model/expectation.ts'
import type { Fix, RelatedPlace } from '../model/finding.ts'
import { listed, upper } from '../model/wording.ts'
import { decisionText } from '../report/reasons/not-checked.ts'
import { fingerprint } from './fingerprint.ts'
import { policyText } from './mend-policy.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** The config says who may, or may not, do what on which path of Vault; the policies say otherwise. */
export const expectationBroken: Rule = {
  id: 'expectation-broken',
  title: 'The policies say otherwise than an expectation in the config',
  group: 'law',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const judged of chain.expected) {
      const { expectation, action, outcome } = judged
      const id = fingerprint(
        this.id,
        expectation.who.is,
        expectation.who.name,
        expectation.may ? 'may' : 'may not',
        action,
        expectation.path,
      )
      const place = { rule: this.id, severity: 'error', span: expectation.span, fingerprint: id } as const
      if (outcome.is === 'nobody') yield { ...place, ...nobody(expectation, outcome.near) }
      else if (outcome.is === 'broken') yield { ...place, ...broken(expectation, action, outcome, chain) }
    }
  },
}

type Told = Pick<RuleFinding, 'headline' | 'why' | 'related' | 'fix'>
type Broken = Extract<JudgedExpectation['outcome'], { is: 'broken' }>

function nobody({ who, may, path }: Expectation, near: readonly string[]): Told {
  const there = near.length === 0 ? 'there is no store at all' : `there is ${listed(near.slice(0, 5).map(code))}`
  return {
    headline: `Store ${code(who.name)} of an expectation is not in Git or in the config`,
    why: `The config says what it ${may ? 'may' : 'may not'} do on ${code(path)}; ${there}.`,
    related: [],
    fix: 'correct the name, or say the store in the config (`stores`)',
  }
}

function broken(expectation: Expectation, action: string, outcome: Broken, { policy }: Chain): Told {
  const { holder, decision } = outcome
  const { who, may, path, reason } = expectation
  const because = reason === undefined ? '' : ` The config gives as reason: ${reason.trim().replace(/\.$/, '')}.`
  return {
    headline: `${WHO[who.is]} ${code(who.name)} ${may ? 'may not' : 'may'} ${action} ${code(path)}`,
    why: `The config expects that it ${may ? 'may' : 'may not'}.${throughOf(expectation, holder)}${askedFor(expectation, outcome)} ${upper(decisionText(decision))}${because}`,
    related: placesOf(holder, decision),
    fix: may ? grant(outcome) : take(outcome, policy),
  }
}

/** The request behind an action, where its path is another than the expectation names. */
function askedFor({ path, may }: Expectation, { request, pattern }: Broken): string {
  if (request.path !== pattern)
    return ` For example, it ${may ? 'may not' : 'may'} ${request.capability} ${code(request.path)}.`
  return pattern === path ? '' : ` That is ${request.capability} on ${code(pattern)}.`
}

const WHO: Readonly<Record<Expectation['who']['is'], string>> = {
  store: 'Store',
  role: 'Role',
  serviceAccount: 'ServiceAccount',
  namespace: 'Namespace',
}

/** By what somebody comes to the token, where the expectation does not name it. */
function throughOf({ who }: Expectation, { store, role }: TokenHolder): string {
  const by = [
    ...(role === undefined || who.is === 'role' ? [] : [`role ${code(role)}`]),
    ...(store === undefined || who.is === 'store' ? [] : [`${store.kind} ${code(store.name)}`]),
  ]
  if (by.length === 0) return ''
  return who.is === 'namespace'
    ? ` Objects in it can use ${by.toReversed().join(', with ')}.`
    : ` It logs in with ${listed(by)}.`
}

function placesOf({ fact, store }: TokenHolder, { winner }: Broken['decision']): RelatedPlace[] {
  const role = fact === undefined ? undefined : spanOfProvenance(fact.provenance)
  return [
    ...winner.flatMap(({ span, path, policy }) =>
      span === undefined ? [] : [{ span, message: `rule ${code(path)} of policy ${code(policy)} decides` }],
    ),
    ...(role === undefined ? [] : [{ span: role, message: `role ${code(fact?.name ?? '')} names the policies` }]),
    ...(store === undefined
      ? []
      : [
          {
            span: store.manifest.spanOf([...providerPath(store), 'auth'], 'key'),
            message: `${store.kind} ${code(store.name)} logs in here`,
          },
        ]),
  ]
}

function grant({ holder: { policies }, pattern, request }: Broken): Fix {
  const [name] = policies?.names ?? []
  const path = rulePath(pattern, request)
  const lead = name === undefined ? 'give it a policy that allows this' : `add to policy ${code(name)}`
  if (path === undefined) return { lead: name === undefined ? lead : `${lead} what allows this`, kind: 'advice' }
  return { lead, kind: 'insert', language: 'hcl', text: policyText([{ path, capabilities: [request.capability] }]) }
}

/** A more specific rule wins, so a `deny` there takes out its own path and nothing else (vault.md §2.1). */
function take({ decision, holder, pattern, request }: Broken, policy: Chain['policy']): Fix {
  const [rule] = decision.winner
  if (rule === undefined) return { lead: 'give it a token that is not `root`', kind: 'advice' }
  const path = rulePath(pattern, request)
  const narrow = `take ${code(request.capability)} out of rule ${code(rule.path)} of policy ${code(rule.policy)}`
  if (path === undefined || !isWithin(path, rule.path)) return { lead: `${narrow}, or narrow the rule`, kind: 'advice' }
  const known = holder.policies?.names.filter((name) => policy(name).found === 'known') ?? []
  const where = known.includes(rule.policy) ? rule.policy : (known[0] ?? rule.policy)
  return {
    lead: `${narrow}, narrow the rule, or deny the path in policy ${code(where)}`,
    kind: 'insert',
    language: 'hcl',
    text: policyText([{ path, capabilities: ['deny'] }]),
  }
}

/** The pattern as one rule of a policy; `undefined`: no single rule says it. LIST is asked of a folder, with its slash (vault.md §2.2). */
function rulePath(pattern: string, { capability }: Broken['request']): string | undefined {
  const end = /(?:^|\/)\*\*$/.test(pattern)
  const body = end ? pattern.slice(0, -2) : pattern
  if (/\*\*|\?|[^/]\*|\*[^/]/.test(body)) return undefined
  const path = `${body.replaceAll('*', '+')}${end ? '*' : ''}`
  return capability === 'list' && !/[*/]$/.test(path) ? `${path}/` : path
}

/** Whether a rule for `path` is more specific than the rule `wider`, which ends in `*`. */
function isWithin(path: string, wider: string): boolean {
  const prefix = wider.endsWith('*') && !wider.includes('+') ? wider.slice(0, -1) : undefined
  const own = path.replace(/\*$/, '')
  return prefix !== undefined && own.length > prefix.length && own.startsWith(prefix) && !own.includes('+')
}

function code(text: string): string {
  return `\`${text}\``
}
