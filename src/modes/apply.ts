import { InvalidInput } from '../model/invalid-input.ts'
import type { Report } from '../report/report.ts'
import { RULES } from '../rules/registry.ts'
import { runRules } from '../rules/run-rules.ts'
import { applyIgnores } from '../settings/ignores.ts'
import type { Settings } from '../settings/settings.ts'
import { type Applied, apply as applyPlan, isBlocked } from '../setup/apply.ts'
import { ApplyRefused } from '../setup/apply-refused.ts'
import type { Approval } from '../setup/approval.ts'
import { compareCoverage } from '../setup/coverage.ts'
import { isPreviewDigest } from '../setup/digest.ts'
import { probeLogin } from '../setup/login-probe.ts'
import { type PlanDocument, planDocument, readPlanFile } from '../setup/plan-document.ts'
import { seedsOf } from '../setup/seeding.ts'
import { writes } from '../setup/step.ts'
import { reviewerKind } from '../state/desired/reviewer-facts.ts'
import { VaultUnavailable } from '../state/live/errors.ts'
import type { LiveState } from '../state/live/live-state.ts'
import { ignoresIn } from './check.ts'
import type { Gathered } from './gather.ts'
import type { OpenVault } from './open-vault.ts'
import {
  blockedProblems,
  cliOf,
  followByServer,
  liveLine,
  notCheckedSentences,
  type PlanDeps,
  type Problem,
  reportOf,
} from './plan.ts'
import { prepareSetup, readNamedByInput, readSecretFile, type Setup } from './prepare-setup.ts'

export interface ApplyDeps extends PlanDeps {
  /** `YYYY-MM-DD` in UTC. */
  readonly today: string
  /** Opened for writing; `undefined`: the server could not be reached, and `incomplete` says why. */
  readonly vault: OpenVault | undefined
  readonly mask: (secret: string) => void
}

/** Carries out the approved plan, then judges every reference by what the server has now. */
export async function apply(
  settings: Settings,
  deps: ApplyDeps,
): Promise<{ report: Report; gathered: Gathered; document: PlanDocument | undefined }> {
  const approval = await approvalOf(settings, deps.cwd)
  const reviewerToken = await readSecretFile(deps.cwd, settings.reviewerTokenFile, 'reviewer-token-file', deps.mask)
  const loginToken = await readSecretFile(deps.cwd, settings.loginTokenFile, 'login-token-file', deps.mask)
  const setup = await prepareSetup(settings, deps)
  const { gathered } = setup
  const { vault } = deps
  const nothingDone = (incomplete: readonly string[]) => {
    const nothing = { links: gathered.chain, problems: [], incomplete, live: liveLine(settings, deps) }
    return { report: reportOf(settings, gathered, nothing), gathered, document: undefined }
  }
  if (vault === undefined) return nothingDone(deps.incomplete)
  const applied = await refusedAsInvalid(() =>
    applyPlan({
      ...setup.input,
      approval,
      token: vault.token,
      allowRootToken: settings.allowRootToken,
      reviewerToken,
      read: setup.read,
      clientOf: (namespace) => (namespace === '' ? vault.client : vault.client.inNamespace(namespace)),
    }),
  )
  if ('unavailable' in applied) return nothingDone([...deps.incomplete, applied.unavailable])
  const after = followByServer(settings, setup, applied.live)
  const whole = !applied.written.some(isFailed) && !isBlocked(applied.plan)
  const probes = loginToken === undefined || !whole ? [] : await probe(setup, vault, applied.live, loginToken)
  const laws = RULES.filter((rule) => rule.group === 'law' && rule.optIn !== true)
  // A run that stopped half-way says what is left; a role that it did not come to write is no finding about a manifest.
  const { kept, ignored } = applyIgnores(
    whole ? runRules(laws, after, settings.config.rules, { watch: gathered.watch }) : [],
    ignoresIn(gathered),
    settings.config.ignore,
    { today: deps.today, rules: RULES.map((rule) => rule.id), ran: () => false },
  )
  const document = planDocument({
    mode: 'apply',
    target: settings.target,
    server: vault.name,
    cli: cliOf(applied.live),
    plan: applied.plan,
    coverage: compareCoverage(undefined, after),
    seeds: seedsOf(gathered.chain.links),
    results: new Map(applied.written.map(({ step, result }) => [step.id, result])),
  })
  const report = reportOf(settings, gathered, {
    links: after,
    findings: kept,
    ignored,
    problems: [...failures(applied), ...blockedProblems(applied.after ?? applied.plan), ...probes],
    incomplete: [...deps.incomplete, ...notCheckedSentences(applied.after ?? applied.plan)],
    live: { asked: true, line: `${applied.written.length === 0 ? 'Compared with' : 'Applied to'} ${vault.name}.` },
  })
  return { report, gathered, document }
}

const PREVIEW_REFUSED =
  'This plan is a preview: it was made of a snapshot, and says how the server was. Plan again where the server is reached, and have that approved.'

/** The digest that somebody approved: without one, nothing is written. */
async function approvalOf(settings: Settings, cwd: string): Promise<Approval> {
  const { planDigest, planFile } = settings
  if (planDigest !== undefined && isPreviewDigest(planDigest.trim())) throw new InvalidInput(PREVIEW_REFUSED)
  const digest = planDigest === undefined ? undefined : planDigest.trim().replace(/^(?!sha256:)/, 'sha256:')
  if (planFile === undefined) {
    if (digest !== undefined) return { digest, basis: undefined }
    throw new InvalidInput(
      'Apply needs an approved plan: run `plan` with `plan-file`, look at it, and give that file (`plan-file`) or its digest (`plan-digest`).',
    )
  }
  const text = await readNamedByInput(cwd, planFile, 'plan-file')
  const file = text === undefined ? undefined : readPlanFile(text)
  if (file?.basis.preview === true) throw new InvalidInput(PREVIEW_REFUSED, { file: planFile })
  if (file !== undefined) return { digest: digest ?? file.digest, basis: file.basis }
  const what = text === undefined ? 'does not exist' : 'is no plan of this version'
  throw new InvalidInput(`Input \`plan-file\` names a file that ${what}: run \`plan\` with \`plan-file\` first.`, {
    file: planFile,
  })
}

async function refusedAsInvalid<T>(run: () => Promise<T>): Promise<T | { readonly unavailable: string }> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ApplyRefused) throw new InvalidInput(error.message)
    if (error instanceof VaultUnavailable) return { unavailable: error.message }
    throw error
  }
}

function failures({ written, after, unread, plan }: Applied): Problem[] {
  const failed = written.flatMap((one): Problem[] =>
    one.result === 'failed' ? [{ message: `${one.step.id} was not written: ${one.because}` }] : [],
  )
  const done = written.filter((one) => one.result !== 'failed').length
  const left = plan.steps.filter(writes).length - done
  const stopped =
    failed.length > 0
      ? [{ message: `${done} written, ${left} left. Fix that and apply again: what is done shows as no change.` }]
      : []
  const unlike =
    failed.length > 0 || after === undefined || isBlocked(plan)
      ? []
      : after.steps.filter(writes).map((step) => ({
          message: `${step.id} was written and reads back differently (${differences(step)}): somebody else writes it too, or a proxy answers from a cache. Plan again.`,
        }))
  const held =
    isBlocked(plan) && plan.hasChanges
      ? [{ message: 'Nothing was written, because a part of the plan is blocked. Fix that, and plan again.' }]
      : []
  const blind = unread === undefined ? [] : [{ message: `What was written could not be read back: ${unread}` }]
  return [...failed, ...stopped, ...unlike, ...blind, ...held]
}

function isFailed({ result }: Applied['written'][number]): boolean {
  return result === 'failed'
}

function differences(step: Applied['plan']['steps'][number]): string {
  const parts = [...step.fields.map(({ field }) => field), ...step.rules.map(({ path }) => path)]
  return parts.length === 0 ? 'it is not there' : parts.slice(0, 5).join(', ')
}

async function probe(
  setup: Setup,
  vault: OpenVault,
  live: ReadonlyMap<string, LiveState>,
  jwt: string,
): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const part of setup.input.desired.parts) {
    for (const role of part.state.roles) {
      const policy = role.policies?.[0] ?? ''
      const config = live.get(part.namespace)?.authConfig(role.authMount)
      const because = await probeLogin({
        client: part.namespace === '' ? vault.client : vault.client.inNamespace(part.namespace),
        authMount: role.authMount,
        role: role.name,
        jwt,
        reviewer: config?.presence === 'present' ? reviewerKind(config.fact) : 'unknown',
        accesses: part.accesses.get(policy) ?? [],
      })
      if (because !== undefined) problems.push({ message: because })
    }
  }
  return problems
}
