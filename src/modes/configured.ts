import { stat } from 'node:fs/promises'
import { relative, resolve, sep } from 'node:path'
import { isVaultStore, readStore } from '../eso/read-store.ts'
import { alikeInAll } from '../eso/store-likeness.ts'
import type { Root } from '../files/root.ts'
import type { ChartValues } from '../model/chart-values.ts'
import { isLive } from '../model/cluster.ts'
import { type InputProblem, InvalidInput } from '../model/invalid-input.ts'
import type { Manifest } from '../model/manifest.ts'
import { holesOf } from '../model/placeholders.ts'
import type { FieldPath, ValueMap } from '../model/value.ts'
import type { RoleFact } from '../model/vault-state.ts'
import type { ConfigPolicy, ConfigRole, ConfigStore, WholeStore } from '../settings/config-word.ts'
import type { Settings } from '../settings/settings.ts'
import type { DeclaredPolicy } from '../state/declared/declared.ts'
import { roleFact } from '../state/declared/role-fields.ts'
import { saidPolicy } from '../state/declared/said-policy.ts'

/** What the config says of a Vault, in the shapes that Git's word has; each part with its place in the config. */
export interface Configured {
  readonly stores: readonly Manifest[]
  readonly roles: readonly RoleFact[]
  readonly policies: readonly DeclaredPolicy[]
  /** Files and charts that the config names and that are not there. */
  readonly missing: readonly InputProblem[]
}

export function configured({ config }: Settings, roots: readonly Root[], cwd: string): Configured {
  const read = policyReader(roots, cwd)
  const policies: DeclaredPolicy[] = []
  const missing: InputProblem[] = []
  for (const policy of config.policies) {
    const text = read(policy)
    if (text !== undefined) policies.push(saidPolicy(policy.name, { file: policy.file, text }, policy.span))
    else
      missing.push({
        file: policy.span.file,
        line: policy.span.line,
        message: `policies.${policy.name}: there is no file ${policy.file}.`,
      })
  }
  missing.push(...missingOfCharts(config.helm, roots, cwd))
  return {
    stores: Object.entries(config.stores).flatMap(([name, store]) => storeManifest(name, store) ?? []),
    roles: config.roles.map(roleOf),
    policies,
    missing,
  }
}

/** Charts that the config gives values to, and files of values that it gives them, that are not there. */
function missingOfCharts(charts: readonly ChartValues[], roots: readonly Root[], cwd: string): InputProblem[] {
  const isThere = (file: string) =>
    roots.some((root) => root.files.has(relative(root.path, resolve(cwd, file)).split(sep).join('/')))
  return charts.flatMap(({ chart, files, span: { file, line } }): InputProblem[] => [
    ...(isThere(`${chart}/Chart.yaml`)
      ? []
      : [{ file, line, message: `helm: there is no chart in ${chart} (it has no Chart.yaml).` }]),
    ...files
      .filter((one) => !isThere(one.file))
      .map(({ file: named, span }) => ({
        file,
        line: span.line,
        message: `helm: there is no file ${named}. Paths begin where the command runs, as in helm/prod.yaml.`,
      })),
  ])
}

/** What the prediction is made of: Git's manifests, and the stores of the config where Git does not say them to the end. */
export function withStores(
  manifests: readonly Manifest[],
  stores: readonly Manifest[],
): { readonly manifests: readonly Manifest[]; readonly unused: ReadonlyMap<Manifest, Manifest> } {
  const unused = new Map<Manifest, Manifest>()
  let kept = manifests
  const added: Manifest[] = []
  for (const store of stores) {
    const same = kept.filter((one) => isSameStore(one, store))
    const settled = declaredStore(same)
    if (settled === undefined) kept = kept.filter((one) => !same.includes(one))
    // A store of one cluster does not answer for the others.
    else if (settled.origin.applied.cluster === undefined) {
      unused.set(store, settled)
      continue
    }
    added.push(store)
  }
  return { manifests: [...kept, ...added], unused }
}

function isSameStore(one: Manifest, store: Manifest): boolean {
  return (
    one.kind === store.kind &&
    one.name === store.name &&
    one.apiVersion.startsWith('external-secrets.io/') &&
    (store.kind === 'ClusterSecretStore' || one.namespace === undefined || one.namespace === store.namespace)
  )
}

/** The store as Git declares it in full, and applies it; `undefined`: it does not, or says several things of it. */
function declaredStore(same: readonly Manifest[]): Manifest | undefined {
  const stores = same
    .filter(isLive)
    .flatMap((manifest) => readStore(manifest, (text) => holesOf(text).map((hole) => hole.text)) ?? [])
  const isWhole = stores.every((store) => !isVaultStore(store) || (store.holes.length === 0 && !store.notChecked))
  return isWhole && alikeInAll(stores) ? stores[0]?.manifest : undefined
}

/** @throws InvalidInput for folders of `manifests.also` that are not there, each with its line. */
export async function checkAlso({ config }: Settings, cwd: string): Promise<void> {
  const problems: InputProblem[] = []
  for (const { folder, span } of config.manifests.also) {
    const seen = await stat(resolve(cwd, folder)).catch(() => undefined)
    if (seen?.isDirectory() === true) continue
    const message = `manifests.also: there is no folder ${folder}. Check the other repository out there first.`
    problems.push({ file: span.file, line: span.line, message })
  }
  if (problems.length > 0) throw new InvalidInput(problems)
}

/** Text of a policy's file, as the commit that is looked at has it. */
function policyReader(roots: readonly Root[], cwd: string): (policy: ConfigPolicy) => string | undefined {
  return ({ file }) => {
    for (const root of roots) {
      const below = relative(root.path, resolve(cwd, file)).split(sep).join('/')
      const text = root.files.has(below) ? root.read?.(below) : undefined
      if (text !== undefined) return text
    }
    return undefined
  }
}

function roleOf(role: ConfigRole): RoleFact {
  const fields: Record<string, unknown> = { token_policies: role.policies }
  if (role.names !== undefined) fields.bound_service_account_names = role.names
  if (role.namespaces !== undefined) fields.bound_service_account_namespaces = role.namespaces
  if (role.audience !== undefined) fields.audience = role.audience
  if (role.noDefaultPolicy) fields.token_no_default_policy = true
  return roleFact({
    authMount: role.authMount,
    name: role.name,
    fields,
    unknown: [],
    provenance: { from: 'config', span: role.span },
    ...(role.vaultNamespace === undefined ? {} : { vaultNamespace: role.vaultNamespace }),
  })
}

/** Where ESO's stores have what the config says under a shorter name. */
const FIELDS: readonly (readonly [readonly string[], FieldPath])[] = [
  [['path'], ['path']],
  [['version'], ['version']],
  [['server'], ['server']],
  [['namespace'], ['vaultNamespace']],
  [
    ['auth', 'namespace'],
    ['auth', 'vaultNamespace'],
  ],
]

/** The object that a store of the config would be in Git; `undefined`: the config says only the policies of one. */
function storeManifest(name: string, { whole, span }: ConfigStore): Manifest | undefined {
  if (whole === undefined) return undefined
  const { kind, namespace } = whole
  const provider = ['spec', 'provider', 'vault']
  return {
    apiVersion: 'external-secrets.io/v1',
    kind,
    name,
    namespace,
    body: {
      apiVersion: 'external-secrets.io/v1',
      kind,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
      spec: {
        provider: { vault: providerOf(whole) },
        ...(whole.admits === undefined ? {} : { conditions: [{ namespaces: [...whole.admits] }] }),
      },
    },
    span,
    spanOf(path) {
      if (path[0] === 'spec' && path[1] === 'conditions') return whole.spanOf(['admits'])
      if (provider.some((part, index) => path[index] !== part)) return span
      const below = path.slice(provider.length)
      const known = FIELDS.find(([field]) => field.every((part, index) => below[index] === part))
      return known === undefined ? whole.spanOf(authField(below, whole)) : whole.spanOf(known[1])
    },
    unresolved: [],
    patched: [],
    origin: { file: span.file, document: 0, appliedBy: [], applied: { verdict: 'applied' }, form: 'config' },
  }
}

/** `auth.kubernetes.mountPath` → `auth.mount`. */
function authField([first, , ...rest]: FieldPath, { auth }: WholeStore): FieldPath {
  if (first !== 'auth' || auth === undefined) return []
  const [field] = rest
  if (field === 'mountPath' || (field === 'path' && auth.mount !== undefined)) return ['auth', 'mount']
  if (field === 'role' || field === 'vaultRole') return ['auth', 'role']
  if (field === 'serviceAccountRef' || field === 'kubernetesServiceAccountToken') return ['auth', 'serviceAccount']
  return field === 'username' || field === 'roleId' ? ['auth', field] : ['auth', 'method']
}

function providerOf({ path, version, server, vaultNamespace, auth }: WholeStore): ValueMap {
  return {
    ...(server === undefined ? {} : { server }),
    ...(path === undefined ? {} : { path }),
    version,
    ...(vaultNamespace === undefined ? {} : { namespace: vaultNamespace }),
    ...(auth === undefined ? {} : { auth: authOf(auth) }),
  }
}

function authOf(auth: NonNullable<WholeStore['auth']>): ValueMap {
  const { method, mount, role, username, roleId, vaultNamespace } = auth
  const account = accountOf(auth)
  const mountField = method === 'kubernetes' ? 'mountPath' : 'path'
  const roleField = method === 'cert' || method === 'iam' ? 'vaultRole' : 'role'
  const block: ValueMap = {
    ...(mount === undefined ? {} : { [mountField]: mount }),
    ...(role === undefined ? {} : { [roleField]: role }),
    ...(username === undefined ? {} : { username }),
    ...(roleId === undefined ? {} : { roleId }),
    ...(account === undefined
      ? {}
      : method === 'jwt'
        ? { kubernetesServiceAccountToken: { serviceAccountRef: account, ...audiencesOf(auth) } }
        : { serviceAccountRef: { ...account, ...audiencesOf(auth) } }),
    ...secretOf(auth),
  }
  return { [method]: block, ...(vaultNamespace === undefined ? {} : { namespace: vaultNamespace }) }
}

/** A Secret of a name that the config does not say: what it holds is not known either way. */
function secretOf({ method, roleId, serviceAccount }: NonNullable<WholeStore['auth']>): ValueMap {
  const ref = { name: '', key: 'token' }
  if (method === 'tokenSecretRef') return ref
  if (method === 'jwt' && serviceAccount === undefined) return { secretRef: ref }
  return method === 'appRole' && roleId === undefined ? { roleRef: ref } : {}
}

function accountOf({ serviceAccount }: NonNullable<WholeStore['auth']>): ValueMap | undefined {
  if (serviceAccount === undefined) return undefined
  const [first = '', name] = serviceAccount.split('/')
  return name === undefined ? { name: first } : { namespace: first, name }
}

function audiencesOf({ audiences }: NonNullable<WholeStore['auth']>): ValueMap {
  return audiences === undefined ? {} : { audiences: [...audiences] }
}
