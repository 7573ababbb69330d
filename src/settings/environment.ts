import type { OfflineReason } from '../model/reason.ts'

/** The process's environment: names to values. */
export type Env = Readonly<Record<string, string | undefined>>

/** What the environment says that settings depend on (platform.md §1.3, §1.7). */
export interface Environment {
  readonly vault: {
    readonly address: string | undefined
    readonly namespace: string | undefined
    /** Path of a PEM file. */
    readonly caCertFile: string | undefined
    readonly clientCertFile: string | undefined
    readonly clientKeyFile: string | undefined
    readonly token: string | undefined
  }
  readonly ci: Ci
  readonly githubToken: string | undefined
}

export interface Ci {
  /** `github` covers github.com, GHES and ghe.com; `none` is a person's terminal. */
  readonly kind: 'github' | 'forgejo' | 'gitea' | 'act' | 'other' | 'none'
  /** `pull_request`, `schedule`, …; `undefined` outside of Actions. */
  readonly event: string | undefined
  readonly pullRequest: boolean
  /** Why GitHub gives this run neither secrets nor an OIDC token (platform.md §1.3). */
  readonly withoutSecrets: 'fork' | 'dependabot' | undefined
  /**
   * The run has the base repository's trust and secrets, and is about files that anybody could write (platform.md §1.3, §7 threat 13):
   * `pull_request_target` or `workflow_run` with a head in another repository.
   */
  readonly foreignHead: OfflineReason | undefined
  /** `owner/name`. */
  readonly repository: string | undefined
  /** `https://github.com`, without a slash at the end. */
  readonly serverUrl: string | undefined
  readonly sha: string | undefined
  /** The last commit of the pull request that the run is about: `sha` is then a merge that only GitHub has. */
  readonly head: string | undefined
  readonly runUrl: string | undefined
  /** `owner/name` and ref of this action, for links to its documentation. */
  readonly action: { readonly repository: string; readonly ref: string } | undefined
  /** The job may ask for an OIDC token (`permissions: id-token: write`). */
  readonly oidc: boolean
}

/**
 * Reads the environment. `BAO_*` wins over `VAULT_*`, as in OpenBao's own client (platform.md §1.7); a blank value counts as
 * absent. `event` is the parsed payload that `GITHUB_EVENT_PATH` names, where there is one.
 */
export function readEnvironment(env: Env, event?: unknown): Environment {
  const get = (name: string): string | undefined => presence(env[name])
  const either = (name: string): string | undefined => get(`BAO_${name}`) ?? get(`VAULT_${name}`)
  return {
    vault: {
      address: either('ADDR'),
      namespace: either('NAMESPACE'),
      caCertFile: either('CACERT'),
      clientCertFile: either('CLIENT_CERT'),
      clientKeyFile: either('CLIENT_KEY'),
      token: either('TOKEN'),
    },
    ci: readCi(get, event),
    githubToken: get('GITHUB_TOKEN'),
  }
}

function readCi(get: (name: string) => string | undefined, payload: unknown): Ci {
  const kind = ciKind(get)
  const inActions = kind !== 'none' && kind !== 'other'
  const event = inActions ? get('GITHUB_EVENT_NAME') : undefined
  const repository = inActions ? get('GITHUB_REPOSITORY') : undefined
  const serverUrl = inActions ? get('GITHUB_SERVER_URL')?.replace(/\/+$/, '') : undefined
  // Forgejo and Gitea have the number of a run in the address of its page, and not its id.
  const run = get(kind === 'forgejo' || kind === 'gitea' ? 'GITHUB_RUN_NUMBER' : 'GITHUB_RUN_ID')
  const actionRepository = get('GITHUB_ACTION_REPOSITORY')
  const actionRef = get('GITHUB_ACTION_REF')
  return {
    kind,
    event,
    pullRequest: event === 'pull_request' || event === 'pull_request_target',
    withoutSecrets: event === 'pull_request' ? withoutSecrets(get, payload) : undefined,
    foreignHead: foreignHead(event, payload, repository),
    repository,
    serverUrl,
    sha: inActions ? get('GITHUB_SHA') : undefined,
    head: inActions ? headCommit(payload) : undefined,
    runUrl: serverUrl && repository && run ? `${serverUrl}/${repository}/actions/runs/${run}` : undefined,
    action: actionRepository && actionRef ? { repository: actionRepository, ref: actionRef } : undefined,
    oidc: get('ACTIONS_ID_TOKEN_REQUEST_URL') !== undefined,
  }
}

function headCommit(payload: unknown): string | undefined {
  const sha = field(field(field(payload, 'pull_request'), 'head'), 'sha')
  return typeof sha === 'string' && /^[0-9a-f]{7,64}$/.test(sha) ? sha : undefined
}

function withoutSecrets(get: (name: string) => string | undefined, payload: unknown): Ci['withoutSecrets'] {
  if (get('GITHUB_ACTOR') === 'dependabot[bot]') return 'dependabot'
  const head = field(field(field(payload, 'pull_request'), 'head'), 'repo')
  // The head repository is null once the fork is deleted; such a pull request never had secrets either.
  if (head === null) return 'fork'
  const name = field(head, 'full_name')
  return typeof name === 'string' && name !== get('GITHUB_REPOSITORY') ? 'fork' : undefined
}

/** Where the payload does not say whose files these are, they are taken for somebody else's. */
function foreignHead(
  event: string | undefined,
  payload: unknown,
  repository: string | undefined,
): OfflineReason | undefined {
  const heads: Readonly<Record<string, () => unknown>> = {
    pull_request_target: () => field(field(field(payload, 'pull_request'), 'head'), 'repo'),
    workflow_run: () => field(field(payload, 'workflow_run'), 'head_repository'),
  }
  if (event === undefined || !Object.hasOwn(heads, event)) return undefined
  const name = field(heads[event]?.(), 'full_name')
  // GitHub's names do not differ by case alone.
  if (typeof name === 'string' && name.toLowerCase() === repository?.toLowerCase()) return undefined
  return { code: 'foreign-head', event, repository: typeof name === 'string' ? name : undefined }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function ciKind(get: (name: string) => string | undefined): Ci['kind'] {
  const says = (name: string): boolean => get(name)?.toLowerCase() === 'true'
  // Forgejo's runner also calls itself Gitea, and all of them also call themselves GitHub: most particular first.
  if (says('FORGEJO_ACTIONS')) return 'forgejo'
  if (says('GITEA_ACTIONS')) return 'gitea'
  if (says('ACT')) return 'act'
  if (says('GITHUB_ACTIONS')) return 'github'
  return get('CI') === undefined || get('CI')?.toLowerCase() === 'false' ? 'none' : 'other'
}

function presence(value: string | undefined): string | undefined {
  const trimmed = value?.trim()
  return trimmed === undefined || trimmed === '' ? undefined : trimmed
}
