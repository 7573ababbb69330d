/**
 * Every input, once: `action.yml`, the terminal's flags, its help and the reading code all follow this table, and a test
 * compares them in both directions. Defaults are not in it: they live in `settings.ts`, so that the config file can tell an
 * omitted input from a default (design §4).
 */

/** How an input's text is read. */
export type InputFormat =
  | { readonly is: 'text' }
  /** One item a line; blank lines and lines that start with `#` are skipped. */
  | { readonly is: 'lines' }
  | { readonly is: 'boolean' }
  | { readonly is: 'choice'; readonly of: readonly string[] }

export interface InputSpec {
  readonly name: string
  readonly format: InputFormat
  /** Sentences for `action.yml`; the first one is also the terminal's help. */
  readonly description: string
  /** The value is masked in logs and never shown. */
  readonly secret?: true
}

const text: InputFormat = { is: 'text' }
const lines: InputFormat = { is: 'lines' }
const boolean: InputFormat = { is: 'boolean' }
const choice = (...of: string[]): InputFormat => ({ is: 'choice', of })

export const INPUTS = [
  {
    name: 'mode',
    format: choice('check', 'drift', 'plan', 'apply', 'snapshot'),
    description: 'What to do: `check` (default), `drift`, `plan`, `apply` or `snapshot`.',
  },
  {
    name: 'paths',
    format: lines,
    description: 'Files, folders or globs to read, one a line. Default: the whole repository.',
  },
  {
    name: 'rendered',
    format: lines,
    description:
      'Folders, files or globs of manifests that something else rendered (Helm, Argo CD, Flux), one a line. They are checked as they are, in place of what Git holds of the same kind, namespace and name.',
  },
  {
    name: 'config',
    format: text,
    description: 'Path of the config file. Default: `.github/eso-vault.yml` when it exists.',
  },
  {
    name: 'variables',
    format: lines,
    description: '`NAME=value` lines for the `${NAME}` in manifests that Git cannot resolve.',
  },
  {
    name: 'vault-addr',
    format: text,
    description:
      'Address of the Vault or OpenBao server, for example `https://vault.example.com:8200`. The token goes to this address and to no other. Default: `BAO_ADDR` or `VAULT_ADDR`; with neither, nothing is asked of a server.',
  },
  {
    name: 'vault-namespace',
    format: text,
    description: 'Vault namespace of every request. Default: `BAO_NAMESPACE` or `VAULT_NAMESPACE`.',
  },
  {
    name: 'ca-certificate',
    format: text,
    description:
      'CA certificate of the server, as PEM text, the same in base64, or the path of a PEM file. Default: the file that `BAO_CACERT` or `VAULT_CACERT` names.',
  },
  {
    name: 'vault-snapshot',
    format: text,
    description:
      'A file that mode `snapshot` wrote: it answers in place of a server that this run cannot reach; where `vault-addr` is given too, it answers what the server hides.',
  },
  {
    name: 'snapshot-max-age',
    format: text,
    description:
      'How old a snapshot may be, for example `36h` (default) or `7d`. By an older one nothing is judged, and the run is incomplete.',
  },
  {
    name: 'out',
    format: text,
    description: 'For `snapshot`: the file to write. Default: `vault-snapshot.json`.',
  },
  {
    name: 'vault-token',
    format: text,
    secret: true,
    description:
      'A token for the server. Default: `BAO_TOKEN` or `VAULT_TOKEN`. Leave it out to log in with `auth-method`.',
  },
  {
    name: 'auth-method',
    format: text,
    description:
      'How to log in: `jwt` (GitHub OIDC, needs `permissions: id-token: write`), `approle`, `kubernetes`, `cert` (with `client-certificate`), `userpass`, `ldap`, any other method with `auth-payload`, or `token` (default when `vault-token` is given). The token of a login is revoked at the end.',
  },
  {
    name: 'auth-mount',
    format: text,
    description: 'Auth mount to log in at, without `auth/`. Default: the name of the method.',
  },
  { name: 'auth-role', format: text, description: 'Role to log in as, for `jwt`, `kubernetes` and `cert`.' },
  {
    name: 'auth-audience',
    format: text,
    description:
      "Audience to ask GitHub's OIDC provider for, for `jwt`. Default: GitHub's own (the URL of the repository owner).",
  },
  {
    name: 'auth-namespace',
    format: text,
    description: 'Vault namespace to log in at, where it differs from `vault-namespace`.',
  },
  { name: 'role-id', format: text, secret: true, description: 'RoleID, for `approle`.' },
  {
    name: 'secret-id',
    format: text,
    secret: true,
    description: 'SecretID, for `approle`. Leave it out for roles that need none.',
  },
  {
    name: 'kubernetes-token-path',
    format: text,
    description:
      'File that holds the ServiceAccount token, for `kubernetes`. Default: `/var/run/secrets/kubernetes.io/serviceaccount/token`.',
  },
  { name: 'username', format: text, description: 'User name, for `userpass` and `ldap`.' },
  { name: 'password', format: text, secret: true, description: 'Password, for `userpass` and `ldap`.' },
  {
    name: 'auth-payload',
    format: text,
    secret: true,
    description:
      'For an `auth-method` that is none of the above: the JSON object to send to `auth/<auth-mount>/login`. What may be a secret in it is masked.',
  },
  {
    name: 'client-certificate',
    format: text,
    description:
      'Client certificate, for a server or a proxy that asks for one and for `auth-method: cert`: PEM text, the same in base64, or the path of a PEM file. Default: the file that `BAO_CLIENT_CERT` or `VAULT_CLIENT_CERT` names.',
  },
  {
    name: 'client-key',
    format: text,
    secret: true,
    description:
      'Private key of `client-certificate`, as PEM text, the same in base64, or the path of a PEM file. Default: the file that `BAO_CLIENT_KEY` or `VAULT_CLIENT_KEY` names.',
  },
  {
    name: 'vault-headers',
    format: lines,
    secret: true,
    description:
      'Headers to send with every request, one `Name: value` a line, for a proxy in front of the server. The values are masked.',
  },
  {
    name: 'skip-token-revoke',
    format: boolean,
    description: '`true` leaves the token of a login alive at the end of the job. Default: `false`.',
  },
  {
    name: 'vault-timeout',
    format: text,
    description:
      'The time for everything that is asked of the server, from the login to the last request, for example `90s` or `3m`. Default: `120s`. What was not answered by then is not checked, and the run is incomplete.',
  },
  {
    name: 'run-timeout',
    format: text,
    description:
      'The time for the whole run, for example `10m`. Default: `5m`. What was not looked at by then is not checked, and the run is incomplete.',
  },
  {
    name: 'report-scope',
    format: choice('all', 'changed'),
    description:
      'For `check`: `all` reports everything; `changed` only what the change concerns: references whose lines, patch, variable, store, role or policy it touches, and what it breaks elsewhere. Needs the commit that the change starts from: `fetch-depth: 2` on actions/checkout. Default: `changed` on pull requests, else `all`.',
  },
  {
    name: 'fail-on',
    format: choice('error', 'warning', 'never'),
    description: 'The lowest severity that fails the run: `error` (default), `warning` or `never`.',
  },
  {
    name: 'on-incomplete',
    format: choice('fail', 'warn'),
    description:
      'What to do when a check that was asked for could not run (server unreachable, sealed, 403): `fail` (default) or `warn`.',
  },
  {
    name: 'on-unchecked',
    format: choice('pass', 'warn', 'fail'),
    description:
      'What to do when nothing is broken and some reference could not be checked, for example because its role is in another repository: `pass` (default) with a notice, `warn`, or `fail`.',
  },
  {
    name: 'comment',
    format: choice('never', 'on-failure', 'always'),
    description:
      'One pull-request comment that is kept up to date: `never` (default), `on-failure` or `always`. Needs `permissions: pull-requests: write`.',
  },
  {
    name: 'issue',
    format: boolean,
    description:
      'For `drift`: `true` (default of the Action, not of the terminal) keeps one issue open while there is drift. Needs `permissions: issues: write`.',
  },
  {
    name: 'sarif-file',
    format: text,
    description: 'File to write a SARIF 2.1.0 report to, for `github/codeql-action/upload-sarif`.',
  },
  {
    name: 'report-file',
    format: text,
    description: 'File to write the JSON report to (schema: `docs/report-schema.json`).',
  },
  {
    name: 'html-file',
    format: text,
    description:
      'For `drift` and `check`, not on pull requests: file to write the inventory page to, which shows who uses which path and what each role may do. It names secrets: keep it as an artifact for few days, and publish it nowhere.',
  },
  {
    name: 'plan-file',
    format: text,
    description: 'File to write the plan to, for `plan`; the approved plan, for `apply`.',
  },
  {
    name: 'plan-digest',
    format: text,
    description: 'Digest of the approved plan, for `apply`. `apply` refuses when the plan is no longer the same.',
  },
  {
    name: 'reviewer-token-file',
    format: text,
    description:
      'For `apply` with `setup.kubernetes.reviewer: token`: file that holds the long-lived ServiceAccount token by which Vault reviews logins.',
  },
  {
    name: 'login-token-file',
    format: text,
    description:
      'For `apply`: file that holds a token of the ServiceAccount that ESO logs in with. With it, `apply` ends with a login as ESO does it.',
  },
  {
    name: 'target',
    format: text,
    description: 'Name of this cluster and Vault in reports, comment and issue. Default: the repository.',
  },
  {
    name: 'github-token',
    format: text,
    secret: true,
    description: "Token for the comment and the issue. Default: the job's own token.",
  },
  {
    name: 'allow-root-token',
    format: boolean,
    description: '`true` lets `apply` work with a root token. Default: `false`.',
  },
  {
    name: 'allow-value-read',
    format: boolean,
    description:
      '`true` lets the check read secret values where `subkeys` is not to be had (KV v1). Default: `false`: no value is ever read.',
  },
  {
    name: 'allow-remote-bases',
    format: boolean,
    description: '`true` lets kustomize fetch remote bases over the network. Default: `false`.',
  },
  {
    name: 'enable-helm',
    format: boolean,
    description:
      '`true` lets kustomize render the `helmCharts` that lie in the repository; a chart to fetch also needs `allow-remote-bases`. Default: `false`.',
  },
  {
    name: 'render-helm',
    format: choice('auto', 'never'),
    description:
      'Whether charts of the repository are rendered, with the values that Git gives them: `auto` (default: with the `helm` on PATH, without network or plugins) or `never`.',
  },
  {
    name: 'eso-version',
    format: text,
    description:
      'Version of External Secrets Operator in the cluster, for example `2.9.0`. Default: the version that Git installs, else the newest known.',
  },
] as const satisfies readonly InputSpec[]

export type InputName = (typeof INPUTS)[number]['name']

const BY_NAME: ReadonlyMap<string, InputSpec> = new Map(INPUTS.map((input) => [input.name, input]))

/** The input of that exact name. */
export function inputNamed(name: string): InputSpec | undefined {
  return BY_NAME.get(name)
}

export function isInputName(name: string): name is InputName {
  return BY_NAME.has(name)
}

/**
 * Names that other Vault actions use for the same thing. Silently ignoring one of them would turn a live check into an offline
 * one, so each fails with the name to write.
 */
export const OTHER_NAMES: Readonly<Record<string, InputName>> = {
  url: 'vault-addr',
  address: 'vault-addr',
  'vault-url': 'vault-addr',
  'vault-address': 'vault-addr',
  namespace: 'vault-namespace',
  token: 'vault-token',
  method: 'auth-method',
  role: 'auth-role',
  'auth-path': 'auth-mount',
  audience: 'auth-audience',
  'jwt-github-audience': 'auth-audience',
  'ca-cert': 'ca-certificate',
  'path-to-config': 'config',
  'config-file': 'config',
  sarif: 'sarif-file',
  report: 'report-file',
  plan: 'plan-file',
  snapshot: 'vault-snapshot',
  'snapshot-file': 'vault-snapshot',
}

/** The outputs of design §4, in the order of `action.yml`. */
export const OUTPUTS = {
  outcome: '`clean`, `unchecked`, `findings`, `incomplete`, `invalid` or `bug`.',
  'error-count': 'Number of errors.',
  'warning-count': 'Number of warnings.',
  references:
    'Number of references that are applied; with `report-scope: changed`, of those that the change concerns. The checked, the not checked and those of other providers add up to it.',
  'checked-references': 'Of these, how many were checked: they work, or they are broken.',
  'broken-references': 'Of the checked ones, how many are broken.',
  'not-checked-references': 'How many references could not be checked.',
  'not-checked-count':
    'Number of all that could not be checked: references, files that were not read, roots that were not followed.',
  'report-file': 'Path of the JSON report, when it was written.',
  'sarif-file': 'Path of the SARIF report, when it was written.',
  'has-changes': '`plan` and `apply`: `true` when the server differs from what the manifests need.',
  'plan-file': '`plan`: path of the plan, when it was written.',
  'plan-digest': '`plan`: digest to hand to `apply`.',
  'snapshot-file': '`snapshot`: path of the file, when it was written.',
  'issue-number': '`drift`: number of the issue, when there is one.',
} as const

export type OutputName = keyof typeof OUTPUTS
