import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { selfSigned } from '../../scripts/openbao/self-signed.ts'
import { run } from '../../src/modes/run.ts'
import { reasonText } from '../../src/report/reasons/not-checked.ts'
import type { Report } from '../../src/report/report.ts'
import { readConfig } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import type { RunningServer } from '../openbao/server.ts'
import { expectSuccess, mountKv } from '../openbao/stage.ts'
import { sameRunBySnapshot } from './by-snapshot.ts'

/** A server that is as `examples/soyo/as-fixed` declares it, in other words; from here each test changes one thing. */

const examples = join(import.meta.dirname, '../../examples')
export const example = (name: string) => readFileSync(join(examples, 'policies', name), 'utf8')

export const APPS = 'webgrip/prod/clusters/soyo/apps'
const FIND = `path "kv/metadata/${APPS}/shared/*" { capabilities = ["list"] }`
export const ESO_POLICY = `
# Other words, another order: the same rules as in docs/vault.md.
path "kv/metadata/${APPS}/backstage/db" { capabilities = ["update", "read", "create"] }
path "kv/data/${APPS}/backstage/db" { capabilities = ["update", "read"] }
path "kv/data/${APPS}/*" { capabilities = ["read"] }
${FIND}
`
export const ROLE = {
  bound_service_account_names: ['external-secrets'],
  bound_service_account_namespaces: ['external-secrets'],
  token_policies: ['external-secrets'],
  token_ttl: 3600,
}
/** No pod, no token of its own: clients review themselves. Git names the CA's file only, so the CA itself is not compared. */
export const CA = selfSigned('api server', 400).certificate
export const CONFIG = {
  kubernetes_host: 'https://kubernetes.default.svc:443',
  disable_local_ca_jwt: true,
  kubernetes_ca_cert: CA,
}

export const POLICY_PATH = 'sys/policies/acl/external-secrets'
export const ROLE_PATH = 'auth/kubernetes/role/external-secrets'
export const CONFIG_PATH = 'auth/kubernetes/config'

/** The right that clients who review themselves need, and a search in a folder, which only metadata can list. */
const MORE = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: eso-review }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:auth-delegator }
subjects: [{ kind: ServiceAccount, name: external-secrets, namespace: external-secrets }]
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: found, namespace: backstage }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: vault }
  dataFrom: [{ find: { path: ${APPS}/shared, name: { regexp: app } } }]
`

/** A folder that Flux applies. */
const APPLIED = 'kubernetes/apps/external-secrets/stores/app'

/** A file of objects that are applied as well; it may be longer, and must not be renamed. */
export const MORE_FILE = `${APPLIED}/more.yaml`

/** What lies beside or in place of the example's own files. */
export const FILES = {
  'docs/vault.md': readFileSync(join(examples, 'soyo/as-fixed/docs/vault.md'), 'utf8')
    .replace(/(vault write auth\/kubernetes\/config .*)/, '$1 disable_local_ca_jwt=true kubernetes_ca_cert=@ca.pem')
    .replace(/^HCL$/m, `${FIND}\nHCL`),
  [`${APPLIED}/kustomization.yaml`]: 'resources: [vault-clustersecretstore.yaml, more.yaml]\n',
  [MORE_FILE]: MORE,
}

/** The keys of the application's secret, as its template reads them. */
export const APP_KEYS =
  'GITHUB_TOKEN AUTH_GITHUB_CLIENT_ID AUTH_GITHUB_CLIENT_SECRET BACKEND_SECRET GITHUB_APP_ID GITHUB_APP_PRIVATE_KEY'.split(
    ' ',
  )

/** Mounts and secrets; `value` is the value of every key. */
export async function seed(server: RunningServer, value = 'v'): Promise<void> {
  const put = (path: string, body: unknown) => expectSuccess(server, 'POST', path, body)
  await mountKv(server, 'kv', 2)
  await put('sys/auth/kubernetes', { type: 'kubernetes' })
  const data = { username: value, password: value }
  await put(`kv/data/${APPS}/backstage/app`, { data: Object.fromEntries(APP_KEYS.map((key) => [key, value])) })
  await put(`kv/data/${APPS}/backstage/db`, { data })
  await put(`kv/metadata/${APPS}/backstage/db`, { custom_metadata: { 'managed-by': 'external-secrets' } })
  await put(`kv/data/${APPS}/example/app`, { data })
  await put(`kv/data/${APPS}/shared/app`, { data })
}

/** Policy, auth config and role, whatever was there. */
export async function setUpLaw(server: RunningServer): Promise<void> {
  // OpenBao keeps an expiration that a later write does not name.
  await server.request('DELETE', POLICY_PATH)
  await expectSuccess(server, 'POST', POLICY_PATH, { policy: ESO_POLICY })
  await expectSuccess(server, 'POST', CONFIG_PATH, CONFIG)
  await server.request('DELETE', ROLE_PATH)
  await expectSuccess(server, 'POST', ROLE_PATH, ROLE)
}

export interface Question {
  readonly mode: 'check' | 'drift'
  readonly cwd: string
  readonly address: string
  readonly token: string | undefined
  /** Below `version: 1`. */
  readonly config?: string
  readonly inputs?: Readonly<Record<string, string>>
}

/** One run of the program as its entry files start it; what it says must hold by a snapshot of the server as well. */
export async function askAbout({ mode, cwd, address, token, config = '', inputs = {} }: Question): Promise<Report> {
  const settings = resolveSettings({
    given: {
      from: 'terminal',
      command: mode,
      subject: undefined,
      values: token === undefined ? {} : { 'vault-addr': address, 'vault-token': token, ...inputs },
      format: undefined,
      color: false,
    },
    config: readConfig('eso-vault.yml', `version: 1\n${config}`, { rules: ['policy-excess', 'state-drift'] }),
    environment: readEnvironment({}),
    folder: 'soyo',
  })
  const deps = { cwd, env: {}, now: () => new Date(), mask: () => undefined, warn: () => undefined }
  const { report } = await run(settings, deps)
  await sameRunBySnapshot(settings, deps, { report })
  return report
}

export function rulesOf(report: Report): string[] {
  return report.findings.map(({ rule, message }) => `${rule}: ${message}`)
}

/** Everything that a report says was not seen, not judged or wrong. */
export function said(report: Report): string {
  return [...report.incomplete, ...report.notChecked.map(({ reason }) => reasonText(reason)), ...rulesOf(report)].join(
    '\n',
  )
}
