import type { OfflineReason } from '../model/reason.ts'
import type { Config } from './config-file.ts'

export type Mode = 'check' | 'drift' | 'plan' | 'apply' | 'snapshot'

/** What the terminal alone can be asked, beside the modes: an answer instead of a report. */
export type Question = 'explain' | 'ci-policy' | 'references' | 'access' | 'rotate' | 'doctor'

export type Command = Mode | Question

const QUESTIONS: ReadonlySet<Command> = new Set<Question>([
  'explain',
  'references',
  'ci-policy',
  'access',
  'rotate',
  'doctor',
])

export function isQuestion(command: Command): command is Question {
  return QUESTIONS.has(command)
}

/** What the policy that `ci-policy` prints is for. */
export type Purpose = 'check' | 'snapshot'

export type FailOn = 'error' | 'warning' | 'never'
export type OnIncomplete = 'fail' | 'warn'
export type OnUnchecked = 'pass' | 'warn' | 'fail'
export type CommentWhen = 'never' | 'on-failure' | 'always'
export type ReportScope = 'all' | 'changed'
export type Format = 'text' | 'json' | 'sarif' | 'markdown' | 'code-quality' | 'junit' | 'html'

/** A certificate as text, or the file to read it from. */
export type CaCertificate = { readonly pem: string } | { readonly file: string }

/** How to get a token (platform.md §2). */
export type Login =
  | { readonly method: 'token'; readonly token: string }
  | {
      readonly method: 'jwt'
      readonly mount: string
      /** `undefined`: the mount's default role. */
      readonly role: string | undefined
      readonly audience: string | undefined
      readonly namespace: string | undefined
    }
  | {
      readonly method: 'approle'
      readonly mount: string
      readonly roleId: string
      readonly secretId: string | undefined
      readonly namespace: string | undefined
    }
  | {
      readonly method: 'kubernetes'
      readonly mount: string
      readonly role: string
      readonly tokenPath: string
      readonly namespace: string | undefined
    }
  | {
      readonly method: 'cert'
      readonly mount: string
      /** `undefined`: any role that fits the certificate. */
      readonly role: string | undefined
      readonly namespace: string | undefined
    }
  /** A method that this program does not know by itself, with what its login takes. */
  | {
      readonly method: 'payload'
      readonly mount: string
      readonly payload: Readonly<Record<string, unknown>>
      readonly namespace: string | undefined
    }
  | {
      readonly method: 'userpass' | 'ldap'
      readonly mount: string
      readonly username: string
      readonly password: string
      readonly namespace: string | undefined
    }

/** The one server that is asked. */
export interface VaultSettings {
  /** Origin and path prefix without a slash at the end: `https://vault.example.com:8200`. */
  readonly address: string
  readonly namespace: string | undefined
  readonly caCertificate: CaCertificate | undefined
  /** As they were given: PEM text, its base64, or a file each. */
  readonly clientCertificate: { readonly certificate: string; readonly key: string } | undefined
  /** Sent with every request, by name; their values are masked. */
  readonly headers: Readonly<Record<string, string>>
  readonly login: Login
}

/** All that a run is told: inputs, config file, environment and defaults, validated (design §4). */
export interface Settings {
  readonly command: Command
  /** The mode whose report a command makes: `check` for `explain`, `ci-policy` and `references`. */
  readonly mode: Mode
  /**
   * `explain`: the `file`, `file:line` or `kind/namespace/name` to explain; `undefined`: everything. `access` and `rotate`: a path of Vault.
   */
  readonly subject: string | undefined
  /** `access`: a Kubernetes namespace in place of a path. */
  readonly ofNamespace: string | undefined
  /** Files, folders and globs; empty: the whole repository. */
  readonly paths: readonly string[]
  /** Globs below the working directory. */
  readonly exclude: readonly string[]
  readonly rendered: readonly string[]
  /** `NAME` → value, input over config. */
  readonly variables: Readonly<Record<string, string>>
  /** What the config file says, its defaults filled in; `file` is absent when there is none. */
  readonly config: Config
  /** `undefined`: no server was named or no credentials were given; `offlineBecause` says which. */
  readonly vault: VaultSettings | undefined
  /** File that mode `snapshot` wrote, which answers in place of a server or beside it; it must be of that Vault namespace, if one is named. */
  readonly vaultSnapshot: { readonly file: string; readonly namespace: string | undefined } | undefined
  /** Older, and nothing is judged by it. */
  readonly snapshotMaxAgeMs: number
  /** `snapshot`: where the file is written. */
  readonly out: string
  /** `ci-policy`: what the token is for. */
  readonly purpose: Purpose
  /** One sentence for the report, when `vault` is `undefined`. */
  readonly offlineBecause: OfflineReason | undefined
  /** For everything that is asked of the server, from the login to the last request. */
  readonly vaultTimeoutMs: number
  /** For the whole run. */
  readonly runTimeoutMs: number
  readonly skipTokenRevoke: boolean
  readonly reportScope: ReportScope
  /** Somebody asked for it, and is warned where it cannot be had. */
  readonly reportScopeGiven: boolean
  readonly failOn: FailOn
  readonly onIncomplete: OnIncomplete
  readonly onUnchecked: OnUnchecked
  readonly comment: CommentWhen
  readonly issue: boolean
  readonly sarifFile: string | undefined
  readonly reportFile: string | undefined
  /** The inventory page; `undefined` on pull requests too, since it names what only Vault knows. */
  readonly htmlFile: string | undefined
  readonly planFile: string | undefined
  readonly planDigest: string | undefined
  /** `apply`: file of the token that `reviewer: token` sets. */
  readonly reviewerTokenFile: string | undefined
  /** `apply`: file of the ServiceAccount token for a login at the end. */
  readonly loginTokenFile: string | undefined
  readonly target: string
  readonly githubToken: string | undefined
  readonly allowRootToken: boolean
  readonly allowValueRead: boolean
  readonly allowRemoteBases: boolean
  readonly enableHelm: boolean
  readonly renderHelm: 'auto' | 'never'
  readonly esoVersion: string | undefined
  /** Terminal only: what is printed. */
  readonly format: Format
  /** Terminal only. `undefined`: decided by `NO_COLOR` and by what standard output is. */
  readonly color: boolean | undefined
  /** How long each stage of the run took is told. */
  readonly timings: boolean
}
