import type { Link } from '../chain/chain.ts'
import { vaultPathsOf } from '../chain/kv-path.ts'
import type { FileLine, Span } from '../model/span.ts'
import { nameReference } from '../model/wording.ts'
import { reasonText } from '../report/reasons/not-checked.ts'
import { type Cli, commandsOf } from './commands.ts'
import type { Coverage } from './coverage.ts'
import type { PlanBasis } from './digest.ts'
import type { Plan } from './plan.ts'
import { seedCommands } from './seed-command.ts'
import type { Seed } from './seeding.ts'
import type { FieldChange, RuleChange, Step, StepAction, StepKind } from './step.ts'

/** Version of the plan file. Fields are added within a version, never changed or removed. */
export const PLAN_VERSION = 1

/** A plan as it is printed, written to `plan-file` and read back by `apply`. It holds no credential. */
export interface PlanDocument {
  readonly version: typeof PLAN_VERSION
  readonly mode: 'plan' | 'apply'
  readonly target: string
  /** `OpenBao 2.7.1 at https://vault.example.com`; `null`: no server was asked. */
  readonly server: string | null
  readonly hasChanges: boolean
  /** Made of a snapshot: it says what there would be to do, and `apply` refuses it. */
  readonly preview?: true
  readonly digest: string
  readonly steps: readonly DocumentStep[]
  readonly unplanned: readonly { readonly message: string; readonly at: FileLine | null; readonly weight: string }[]
  readonly coverage: {
    /** References that the token may do once the plan is applied, and may not before. */
    readonly becomes: readonly string[]
    readonly covered: number
    readonly open: readonly { readonly reference: string; readonly because: string }[]
  }
  /** One command for each step that writes. */
  readonly commands: readonly string[]
  readonly seeds: readonly {
    readonly path: string
    readonly keys: readonly string[]
    readonly usedBy: readonly string[]
    readonly command: string
  }[]
  /** What the digest is made of. */
  readonly basis: PlanBasis
}

export interface DocumentStep {
  readonly id: string
  readonly kind: StepKind
  readonly action: StepAction
  readonly because: string | null
  readonly fields: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[]
  readonly rules: readonly {
    readonly path: string
    readonly before: readonly string[] | null
    readonly after: readonly string[] | null
  }[]
  readonly notes: readonly string[]
  readonly from: readonly FileLine[]
  /** `apply` only. */
  readonly result?: 'written' | 'raced' | 'failed'
}

export interface DocumentInput {
  readonly mode: 'plan' | 'apply'
  readonly target: string
  readonly server: string | undefined
  readonly cli: Cli
  readonly plan: Plan
  readonly coverage: Coverage
  readonly seeds: readonly Seed[]
  readonly results?: ReadonlyMap<string, 'written' | 'raced' | 'failed'>
}

export function planDocument(input: DocumentInput): PlanDocument {
  const { plan, coverage, cli } = input
  return {
    version: PLAN_VERSION,
    mode: input.mode,
    target: input.target,
    server: input.server ?? null,
    hasChanges: plan.hasChanges,
    ...(plan.basis.preview === true ? { preview: true } : {}),
    digest: plan.digest,
    steps: documentSteps(plan.steps, input.results),
    unplanned: plan.unplanned.map(({ message, span, weight }) => ({
      message,
      at: span === undefined ? null : { file: span.file, line: span.line },
      weight,
    })),
    coverage: {
      becomes: coverage.becomes.map(nameLink),
      covered: coverage.covered,
      open: coverage.open.map((link) => ({ reference: nameReference(link.reference), because: whyOpen(link) })),
    },
    commands: commandsOf(plan.steps, cli, plan.basis.namespace),
    seeds: documentSeeds(input.seeds, cli, plan.basis.namespace),
    basis: plan.basis,
  }
}

export function documentSteps(steps: readonly Step[], results?: DocumentInput['results']): DocumentStep[] {
  return steps.map((step) => {
    const result = results?.get(step.id)
    return {
      id: step.id,
      kind: step.kind,
      action: step.action,
      because: step.because ?? null,
      fields: step.fields.map(documentField),
      rules: step.rules.map(documentRule),
      notes: step.notes,
      from: placesOf(step.spans),
      ...(result === undefined ? {} : { result }),
    }
  })
}

/** `namespace`: the Vault namespace of the settings. */
export function documentSeeds(seeds: readonly Seed[], cli: Cli, namespace: string): PlanDocument['seeds'] {
  const lines = seedCommands(seeds, cli, namespace)
  return seeds.map((seed, index) => ({
    path: `${seed.mount}/${seed.path}`,
    keys: seed.keys,
    usedBy: seed.usedBy,
    command: lines[index] ?? '',
  }))
}

function whyOpen({ reference, accesses }: Link): string {
  const because =
    reference.notChecked ?? accesses.find(({ decision }) => decision.verdict !== 'allowed')?.decision.because
  return because === undefined ? '' : reasonText(because)
}

/** With the path that it is about, as people write it. */
function nameLink(link: Link): string {
  const [path] = vaultPathsOf(link)
  return path === undefined ? nameReference(link.reference) : `${nameReference(link.reference)}: ${path}`
}

function documentField({ field, before, after }: FieldChange) {
  return { field, before: before ?? null, after: after ?? null }
}

function documentRule({ path, before, after }: RuleChange) {
  return { path, before: before ?? null, after: after ?? null }
}

function placesOf(spans: readonly Span[]): FileLine[] {
  const seen = new Map(spans.map(({ file, line }) => [`${file}:${line}`, { file, line }]))
  return [...seen.values()]
}

/** The text of the plan file. */
export function planFileText(document: PlanDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`
}

/**
 * Digest and basis of a plan file; `undefined`: the text is no plan of a version that is known. Whether the two fit each other is
 * for whoever uses them to check.
 */
export function readPlanFile(text: string): { readonly digest: string; readonly basis: PlanBasis } | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const { version, digest, basis } = (value ?? {}) as Partial<PlanDocument>
  if (version !== PLAN_VERSION || typeof digest !== 'string' || typeof basis !== 'object' || basis === null)
    return undefined
  if (!Array.isArray(basis.parts) || basis.parts.some((part) => typeof part?.id !== 'string')) return undefined
  return { digest, basis }
}
