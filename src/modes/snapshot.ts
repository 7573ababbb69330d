import { VERSION } from '../model/version.ts'
import { outcomeOf } from '../report/outcome.ts'
import type { Report, SnapshotCounts } from '../report/report.ts'
import { runRules } from '../rules/run-rules.ts'
import { tokenExcess } from '../rules/token-excess.ts'
import type { Settings } from '../settings/settings.ts'
import type { Recording } from '../state/snapshot/record.ts'
import type { SnapshotFile } from '../state/snapshot/snapshot-file.ts'
import { askingIn } from './asking-in.ts'
import { hiddenSentences } from './check.ts'
import type { Gathered, LiveSource } from './gather.ts'
import type { OpenVault } from './open-vault.ts'
import type { PlanDeps } from './plan.ts'
import { prepareSetup } from './prepare-setup.ts'
import { unansweredSentences } from './unanswered.ts'

export interface SnapshotModeDeps extends PlanDeps {
  readonly now: Date
  /** `undefined`: the server could not be reached, and `incomplete` says why. */
  readonly vault: OpenVault | undefined
  /** Takes credentials out of a text. */
  readonly clean: (text: string) => string
}

/**
 * Writes down what a server shows, without any value, of all that check, drift and plan ask for these manifests, and of what lies beside
 * it (snapshot.md §1, §2). A server that fails on the way gives no file: the last whole one is better than a new one with gaps.
 */
export async function snapshot(
  settings: Settings,
  deps: SnapshotModeDeps,
): Promise<{ report: Report; gathered: Gathered; text?: string }> {
  const { vault } = deps
  if (vault === undefined) {
    const { gathered } = await prepareSetup(settings, deps)
    return {
      report: reportOf(settings, gathered, { incomplete: deps.incomplete, live: 'The server could not be asked.' }),
      gathered,
    }
  }
  const { scope, names, keys } = settings.config.snapshot
  const recorder = recorderOf(vault, { scope, keys })
  const setup = await prepareSetup(settings, { ...deps, live: recorder.source })
  const { gathered } = setup
  // What a plan asks is less than what lies beside it.
  await recorder.narrowed(setup.read)
  const recordings = recorder.recordings()
  const { told, silent } = bySilence(recordings)
  const unanswered = unansweredSentences(statesOf(told))
  const { makeSnapshot, snapshotText } = await import('../state/snapshot/write.ts')
  const file = makeSnapshot(told, {
    made: deps.now.toISOString().replace(/\.\d+Z$/, 'Z'),
    by: `eso-vault ${VERSION}`,
    target: settings.target,
    server: serverOf(vault, settings),
    scope,
    keys,
    names,
    clean: deps.clean,
  })
  const rights = recordings.flatMap(({ live }) => live.missingRights)
  const incomplete = [
    ...deps.incomplete,
    ...gathered.watch.sentences(),
    ...unanswered,
    ...unansweredSentences(statesOf(silent)),
    ...hiddenSentences(rights, recorder.source, ' --for snapshot'),
    ...recordings.flatMap(({ cut }) => cut),
  ]
  const isWhole = unanswered.length === 0 && gathered.watch.sentences().length === 0 && deps.incomplete.length === 0
  const report = reportOf(settings, gathered, {
    incomplete,
    live: `Asked ${vault.name}.`,
    ...(isWhole ? { counts: countsOf(file, settings.out) } : {}),
  })
  return { report, gathered, ...(isWhole ? { text: snapshotText(file) } : {}) }
}

function serverOf({ server, client }: OpenVault, { vault }: Settings): SnapshotFile['server'] {
  const { product, version, enterprise } = server
  return {
    address: client.transport.address.origin,
    namespace: vault?.namespace ?? '',
    ...(product === undefined ? {} : { product }),
    ...(version === undefined ? {} : { version }),
    ...(enterprise === undefined ? {} : { enterprise }),
  }
}

function statesOf(recordings: readonly Recording[]) {
  return new Map(recordings.map(({ live }, index) => [String(index), live]))
}

/**
 * A Vault namespace of which nothing was told: it is not there, or nobody may ask for it. It is not in the file, and costs the others
 * nothing. The one of the settings is the server itself.
 */
function bySilence(recordings: readonly Recording[]) {
  const isSilent = ({ namespace, live, mountsComplete, authMountsComplete }: Recording) =>
    namespace !== '' &&
    live.unanswered.length > 0 &&
    !mountsComplete &&
    !authMountsComplete &&
    [live.state.mounts, live.state.authMounts, live.state.roles, live.state.policies].every(
      ({ length }) => length === 0,
    )
  return { told: recordings.filter((one) => !isSilent(one)), silent: recordings.filter(isSilent) }
}

/** A source that asks for more than it is asked, and keeps what it was told. */
function recorderOf(vault: OpenVault, options: { readonly scope: SnapshotFile['scope']; readonly keys: boolean }) {
  const recordings: Recording[] = []
  const askIn = askingIn(vault, { once: true })
  let { scope } = options
  const read: LiveSource['read'] = (namespace, wanted) =>
    askIn(namespace, async (session) => {
      const { record } = await import('../state/snapshot/write.ts')
      const recording = await record(session, namespace, wanted, { ...options, scope })
      recordings.push(recording)
      return recording.live
    })
  return {
    // Namespaces are asked all at once, and told in one order.
    recordings: () =>
      recordings.toSorted((a, b) => (a.namespace < b.namespace ? -1 : a.namespace > b.namespace ? 1 : 0)),
    source: { name: vault.name, read } satisfies LiveSource,
    narrowed: async (ask: () => Promise<unknown>) => {
      scope = 'referenced'
      await ask()
    },
  }
}

function reportOf(
  settings: Settings,
  { repository, declared, chain, watch }: Gathered,
  { incomplete, live, counts }: { incomplete: readonly string[]; live: string; counts?: SnapshotCounts },
): Report {
  // What is judged is the token: the references are for whoever reads the file.
  const findings = runRules([tokenExcess], chain, settings.config.rules, { watch })
  const unique = [...new Set(incomplete)]
  return {
    mode: settings.mode,
    target: settings.target,
    outcome: outcomeOf({ findings, failOn: settings.failOn, incomplete: unique }),
    findings,
    ignored: [],
    references: [],
    notChecked: watch.notChecked(),
    notes: [...repository.notes, ...declared.notes],
    counts: repository.counts,
    live: { asked: true, line: live },
    incomplete: unique,
    ...(counts === undefined ? {} : { snapshot: counts }),
  }
}

function countsOf(file: SnapshotFile, out: string): SnapshotCounts {
  const folders = Object.values(file.secrets).flatMap((mounts) =>
    Object.values(mounts).flatMap(Object.values<SnapshotFolder>),
  )
  const secrets = folders.flatMap((folder) => Object.values(folder.secrets))
  const law = [...Object.values(file.roles).flatMap((mounts) => Object.values(mounts))]
  const there = (entry: { readonly state?: string }) => entry.state === undefined
  const count = (entries: readonly { readonly state?: string }[]) => entries.filter(there).length
  return {
    file: out,
    mounts: count(Object.values(file.mounts).flatMap(({ of }) => Object.values(of))),
    roles: count(law.flatMap(({ of }) => Object.values(of))),
    policies: count(Object.values(file.policies).flatMap(({ of }) => Object.values(of))),
    secrets: secrets.filter(({ state }) => state === undefined || state === 'deleted' || state === 'destroyed').length,
    folders: folders.length,
    hidden:
      secrets.filter(({ state }) => state === 'hidden').length +
      folders.filter(({ state }) => state === 'hidden').length,
  }
}

type SnapshotFolder = SnapshotFile['secrets'][string][string][string]
