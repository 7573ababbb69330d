import { trimSlashes } from '../model/trim-slashes.ts'
import { offlineText } from '../report/reasons/offline.ts'
import type { Config } from './config-file.ts'
import type { Environment } from './environment.ts'
import { type Given, type GivenReader, readGiven } from './given.ts'
import { isQuestion, type Mode, type Settings } from './settings.ts'
import { quoted } from './shape.ts'
import { readVaultSettings } from './vault-settings.ts'

export interface SettingsSources {
  readonly given: Given
  readonly config: Config
  readonly environment: Environment
  /** Name of the folder that is checked: the `target` where there is no repository name. */
  readonly folder: string
}

/**
 * One validated whole out of what was given, the config file, the environment and the defaults, in that order (design §4).
 *
 * @throws InvalidInput naming every wrong input at once.
 */
export function resolveSettings({ given, config, environment, folder }: SettingsSources): Settings {
  const read = readGiven(given)
  const mode = modeOf(given, read)
  const { ci } = environment
  const vaultOrNot = readVaultSettings(read, config, environment)
  const vaultSnapshot = readSnapshot(read, config, environment)
  if (ci.foreignHead !== undefined && mode !== 'check') {
    read.problem(
      'mode',
      `is \`${mode}\`, which only trusted files may ask for: ${offlineText(ci.foreignHead)}. Only \`check\` runs here, without a server.`,
    )
  } else if (vaultOrNot.vault === undefined && asksServer(mode, vaultSnapshot)) {
    const why = offlineText(vaultOrNot.offlineBecause)
    read.problem('vault-addr', `and credentials are needed, because \`${mode}\` asks a server: ${why}.`)
  }
  if (vaultSnapshot !== undefined && (mode === 'apply' || mode === 'snapshot')) {
    const why = mode === 'apply' ? 'writes to a server' : 'is made of a server'
    read.problem('vault-snapshot', `says how a server was, and \`${mode}\` ${why}: leave it out.`)
  }
  const settings: Settings = {
    command: given.command ?? mode,
    mode,
    subject: given.subject,
    ofNamespace: given.ofNamespace,
    paths: read.lines('paths') ?? [],
    exclude: config.manifests.exclude,
    rendered: read.lines('rendered') ?? config.manifests.rendered,
    variables: { ...config.manifests.variables, ...readVariables(read) },
    config,
    ...vaultOrNot,
    vaultSnapshot,
    snapshotMaxAgeMs: readDuration(read, 'snapshot-max-age', LONGEST_AGE) ?? 36 * UNIT_MS.h,
    out: read.text('out') ?? 'vault-snapshot.json',
    purpose: given.purpose ?? 'check',
    vaultTimeoutMs: readDuration(read, 'vault-timeout') ?? 120_000,
    runTimeoutMs: readDuration(read, 'run-timeout') ?? 300_000,
    skipTokenRevoke: read.boolean('skip-token-revoke') ?? false,
    reportScopeGiven: read.choice('report-scope') !== undefined,
    // Drift, plan and apply are about the whole, whatever a pull request touches.
    reportScope: mode === 'check' ? (read.choice('report-scope') ?? (isOfChange(ci) ? 'changed' : 'all')) : 'all',
    failOn: read.choice('fail-on') ?? 'error',
    onIncomplete: read.choice('on-incomplete') ?? 'fail',
    onUnchecked: read.choice('on-unchecked') ?? 'pass',
    comment: read.choice('comment') ?? 'never',
    // A person who looks at drift on a terminal does not mean to open an issue.
    issue: read.boolean('issue') ?? given.from === 'action',
    sarifFile: read.text('sarif-file'),
    reportFile: read.text('report-file'),
    htmlFile: ci.pullRequest ? undefined : read.text('html-file'),
    planFile: read.text('plan-file'),
    planDigest: read.text('plan-digest'),
    reviewerTokenFile: read.text('reviewer-token-file'),
    loginTokenFile: read.text('login-token-file'),
    target: readTarget(read) ?? ci.repository ?? folder,
    githubToken: read.text('github-token') ?? environment.githubToken,
    allowRootToken: read.boolean('allow-root-token') ?? false,
    allowValueRead: read.boolean('allow-value-read') ?? false,
    allowRemoteBases: (read.boolean('allow-remote-bases') ?? false) && ci.foreignHead === undefined,
    enableHelm: (read.boolean('enable-helm') ?? false) && ci.foreignHead === undefined,
    // The same limits hold for charts that anybody could write (helm.md §7.8).
    renderHelm: read.choice('render-helm') ?? 'auto',
    esoVersion: readEsoVersion(read),
    format: given.format ?? 'text',
    color: given.color,
    timings: given.timings === true,
  }
  read.finish()
  return settings
}

/** Files that anybody could write are not judged by a snapshot either: they could name one. */
function readSnapshot(read: GivenReader, config: Config, { ci, vault }: Environment): Settings['vaultSnapshot'] {
  const file = read.text('vault-snapshot')
  if (file === undefined || ci.foreignHead !== undefined) return undefined
  const namespace = read.text('vault-namespace') ?? config.vault.namespace ?? vault.namespace
  return { file, namespace: namespace === undefined ? undefined : trimSlashes(namespace) }
}

/** Drift can be told by a snapshot too. */
function asksServer(mode: Mode, snapshot: Settings['vaultSnapshot']): boolean {
  return mode === 'apply' || mode === 'snapshot' || (mode === 'drift' && snapshot === undefined)
}

/** A merge queue runs on the commits of its pull requests: with another scope it would block on what was broken before. */
function isOfChange({ pullRequest, event }: Environment['ci']): boolean {
  return pullRequest || event === 'merge_group'
}

/** What a report is published by. */
export type PublishSettings = Pick<
  Settings,
  'mode' | 'target' | 'comment' | 'issue' | 'githubToken' | 'reportFile' | 'sarifFile'
>

/**
 * What of these can be told when the settings as a whole are wrong: that a run did not start must reach the places where people look
 * for it. What is wrong itself counts as not given; a wrong `comment` still asks for one, and yesterday's must not go on saying
 * that all is well.
 */
export function publishSettings({ given, environment, folder }: Omit<SettingsSources, 'config'>): PublishSettings {
  const read = readGiven(given)
  return {
    mode: modeOf(given, read),
    target: readTarget(read) ?? environment.ci.repository ?? folder,
    comment: read.choice('comment') ?? (read.text('comment') === undefined ? 'never' : 'on-failure'),
    issue: false,
    githubToken: read.text('github-token') ?? environment.githubToken,
    reportFile: read.text('report-file'),
    sarifFile: read.text('sarif-file'),
  }
}

function modeOf(given: Given, read: GivenReader): Mode {
  if (given.command === undefined) return read.choice<Mode>('mode') ?? 'check'
  const { command } = given
  return isQuestion(command) ? 'check' : command
}

function readVariables(read: GivenReader): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const line of read.lines('variables') ?? []) {
    const match = /^([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)$/s.exec(line)
    // The line itself may be a value that somebody pasted into the wrong place: say which line, do not repeat it.
    if (match === null) read.problem('variables', `takes NAME=value lines; line ${lineNumber(read, line)} is none.`)
    else variables[match[1] as string] = (match[2] as string).trim()
  }
  return variables
}

function lineNumber(read: GivenReader, line: string): number {
  return (read.text('variables') ?? '').split(/\r?\n/).findIndex((candidate) => candidate.trim() === line) + 1
}

function readTarget(read: GivenReader): string | undefined {
  const target = read.text('target')
  if (target === undefined) return undefined
  // It becomes part of the hidden marker by which comment and issue are found again.
  if (target.length <= 100 && !/\p{C}/u.test(target)) return target
  read.problem('target', 'must be one line of at most 100 visible characters.')
  return undefined
}

const UNIT_MS = { '': 1_000, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** The longest time that an input may give. */
interface Longest {
  readonly ms: number
  readonly says: string
}
const LONGEST_RUN: Longest = { ms: 6 * UNIT_MS.h, says: 'a time such as 90s or 5m, of at most 6 hours' }
const LONGEST_AGE: Longest = { ms: 366 * UNIT_MS.d, says: 'a time such as 36h or 7d, of at most a year' }

/** `90`, `90s`, `2m` or `7d`, as milliseconds. */
function readDuration(
  read: GivenReader,
  name: 'vault-timeout' | 'run-timeout' | 'snapshot-max-age',
  longest: Longest = LONGEST_RUN,
): number | undefined {
  const text = read.text(name)
  if (text === undefined) return undefined
  const match = /^(\d{1,8})\s*(s|m|h|d|)$/.exec(text)
  const ms = match === null ? 0 : Number(match[1]) * UNIT_MS[(match[2] ?? '') as keyof typeof UNIT_MS]
  if (ms > 0 && ms <= longest.ms) return ms
  read.problem(name, `must be ${longest.says}, not ${quoted(text)}.`)
  return undefined
}

function readEsoVersion(read: GivenReader): string | undefined {
  const version = read.text('eso-version')
  if (version === undefined) return undefined
  const match = /^v?(\d+\.\d+(?:\.\d+)?)$/.exec(version)
  if (match === null) read.problem('eso-version', `must be a version such as 2.9.0, not ${quoted(version)}.`)
  return match?.[1]
}
