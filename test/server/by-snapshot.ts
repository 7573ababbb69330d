import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { SecretFact } from '../../src/model/vault-state.ts'
import { type RunResult, run } from '../../src/modes/run.ts'
import type { Report } from '../../src/report/report.ts'
import { tokenExcess } from '../../src/rules/token-excess.ts'
import type { Settings } from '../../src/settings/settings.ts'
import { askingOnce } from '../../src/state/live/asking-once.ts'
import type { LiveState, Wanted } from '../../src/state/live/live-state.ts'
import type { Session } from '../../src/state/live/read-live.ts'
import { makeSnapshot } from '../../src/state/snapshot/make-snapshot.ts'
import { record } from '../../src/state/snapshot/record.ts'
import type { SnapshotFile } from '../../src/state/snapshot/snapshot-file.ts'
import { snapshotState } from '../../src/state/snapshot/snapshot-state.ts'
import { parseSnapshot, snapshotText } from '../../src/state/snapshot/snapshot-text.ts'

/**
 * The tables of the server suite, judged once more by a snapshot of the same server (snapshot.md §6): whatever a test asks a server about is asked of a
 * snapshot too, and the two must agree. A part that neither shows agrees as well, whatever each says of why.
 */

type Fact =
  | { readonly presence: string }
  | { readonly names: readonly string[]; readonly incomplete: unknown }
  | undefined

/** What the two must agree on: what was seen, without the words for what was not, and without whose word it is. */
function plain(fact: Fact): unknown {
  if (fact === undefined) return undefined
  if ('names' in fact) return { names: fact.names, whole: fact.incomplete === undefined }
  if (fact.presence === 'hidden' || fact.presence === 'unknown') return { presence: 'not shown' }
  return JSON.parse(
    JSON.stringify(fact, (name, value) => {
      if (['because', 'keysHidden', 'provenance', 'spanOfLine'].includes(name)) return undefined
      // Only this one is kept of custom metadata.
      if (name === 'customMetadata')
        return value?.['managed-by'] === undefined ? undefined : { 'managed-by': value['managed-by'] }
      return value
    }),
  )
}

/** Where the rights leave one way only, a server tells more than it is asked for. */
function asWanted(fact: SecretFact | undefined, pinned: number | undefined, withKeys: boolean | undefined): unknown {
  if (fact?.presence !== 'present') return plain(fact)
  const { versions, keys, ...rest } = fact
  return plain({
    ...rest,
    ...(pinned === undefined || versions === undefined ? {} : { versions }),
    ...(withKeys === true && keys !== undefined ? { keys } : {}),
  } as Fact)
}

/** Holds what a server told against what a snapshot of it tells, part by part; gives the file. */
export async function sameBySnapshot(
  session: Session,
  wanted: Wanted,
  live: LiveState,
  more: Partial<Pick<SnapshotFile, 'scope' | 'names'>> = {},
): Promise<SnapshotFile> {
  const { scope = 'folders', names = 'plain' } = more
  const client = askingOnce(session.client)
  const recording = await record({ ...session, client }, '', wanted, { scope, keys: true })
  const about = { made: '2026-11-27T03:10:00Z', by: 'test', target: 'test', scope, keys: true, names }
  const server = { address: 'https://vault.example.com', namespace: '' }
  const made = makeSnapshot([recording], { ...about, server, clean: (text) => text })
  const parsed = parseSnapshot(snapshotText(made))
  if ('wrong' in parsed) throw new Error(parsed.wrong)
  const then = await snapshotState(parsed.file, '', wanted)
  const mounts = [
    ...(wanted.mounts ?? []),
    ...[...(wanted.secrets ?? []), ...(wanted.finds ?? [])].map(({ mount }) => mount),
  ]
  const authMounts = [...(wanted.authMounts ?? []), ...(wanted.roles ?? []).map(({ authMount }) => authMount)]
  const tell = (state: LiveState) => ({
    mounts: mounts.map((path) => [path, plain(state.mount(path))]),
    authMounts: authMounts.map((path) => [path, plain(state.authMount(path)), plain(state.authConfig(path))]),
    roles: (wanted.roles ?? []).map(({ authMount, name }) => [authMount, name, plain(state.role(authMount, name))]),
    policies: [...(wanted.policies ?? []), ...live.state.policies.map(({ name }) => name)].map((name) => [
      name,
      plain(state.policy(name)),
    ]),
    secrets: (wanted.secrets ?? []).map(({ mount, key, version, withKeys }) => [
      `${mount} ${key} ${version ?? ''}`,
      // Other versions are told where one is pinned.
      asWanted(state.secretFact(mount, key, version), version, withKeys),
      asWanted(state.secretFact(mount, key), version, version === undefined && withKeys),
    ]),
    finds: (wanted.finds ?? []).map(({ mount, path }) => [mount, path, plain(state.find(mount, path))]),
  })
  expect(tell(then)).toEqual(tell(live))
  return parsed.file
}

/** Rules about whoever asks: nobody asks a snapshot with a token. */
const OF_THE_TOKEN: ReadonlySet<string> = new Set([tokenExcess.id])

/** What two reports must agree on: every finding, and what can be said of each reference. */
function verdicts(report: Report) {
  return {
    findings: report.findings
      .filter(({ rule }) => !OF_THE_TOKEN.has(rule))
      .map(({ rule, severity, message, span, fix }) => ({
        rule,
        severity,
        message,
        at: `${span.file}:${span.line}`,
        fix,
      })),
    references: report.references.map(({ reference, standing }) => [
      `${reference.span.file}:${reference.span.line}`,
      standing.is,
    ]),
  }
}

let compared = 0

/** How many reports were held against one by a snapshot. */
export function reportsCompared(): number {
  return compared
}

/** Of a plan, what it would do; what could not be seen is told in other words. */
function stepsOf(plan: RunResult['plan']) {
  return plan?.steps.map((step) => (step.action === 'not-checked' ? { ...step, because: '' } : step))
}

/** Holds a run that asked a server against one by a snapshot that the same token writes. */
export async function sameRunBySnapshot(
  settings: Settings,
  deps: Parameters<typeof run>[1],
  { report, plan }: Pick<RunResult, 'report' | 'plan'>,
): Promise<void> {
  if (settings.vault === undefined || report.outcome === 'invalid') return
  const folder = await mkdtemp(join(tmpdir(), 'eso-vault-snapshot-'))
  try {
    const { snapshot } = await run({ ...settings, command: 'snapshot', mode: 'snapshot' }, deps)
    // A server that does not answer gives none.
    if (snapshot === undefined) return
    const file = join(folder, 'vault-snapshot.json')
    await writeFile(file, snapshot)
    const offline = {
      ...settings,
      vault: undefined,
      vaultSnapshot: { file, namespace: undefined },
      offlineBecause: { code: 'no-address' },
    } as const
    const then = await run(offline, deps)
    expect(verdicts(then.report)).toEqual(verdicts(report))
    expect(stepsOf(then.plan)).toEqual(stepsOf(plan))
    compared += 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
