import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { selfSigned } from '../../scripts/openbao/self-signed.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { inShell } from '../openbao/shell.ts'
import { expectSuccess } from '../openbao/stage.ts'
import { planOf, runSetup, wholeStateOf } from './setup-stage.ts'

const CA = selfSigned('test').certificate
const PEM_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' })
const KUBERNETES = 'kubernetes: { host: "https://127.0.0.1:1", reviewer: client, ca: ca.pem }'

interface Asked {
  readonly mount?: string
  readonly authMount?: string
  readonly role?: string
  readonly keys?: readonly string[]
  readonly audiences?: readonly string[]
  readonly namespace?: string
}

/** A store and an ExternalSecret; JSON is YAML, and hostile names need no second quoting. */
function manifests({
  mount = 'kv',
  authMount = 'kubernetes',
  role = 'eso',
  keys = ['a'],
  audiences,
  namespace,
}: Asked) {
  const serviceAccountRef = { name: 'eso', namespace: 'eso', ...(audiences === undefined ? {} : { audiences }) }
  const auth = { kubernetes: { mountPath: authMount, role, serviceAccountRef } }
  const vault = {
    server: 'http://vault:8200',
    path: mount,
    version: 'v2',
    auth,
    ...(namespace === undefined ? {} : { namespace }),
  }
  const api = 'external-secrets.io/v1'
  return [
    { apiVersion: api, kind: 'ClusterSecretStore', metadata: { name: 'vault' }, spec: { provider: { vault } } },
    {
      apiVersion: api,
      kind: 'ExternalSecret',
      metadata: { name: 'one', namespace: 'apps' },
      spec: {
        secretStoreRef: { kind: 'ClusterSecretStore', name: 'vault' },
        target: { name: 'one' },
        data: keys.map((key, index) => ({ secretKey: `k${index}`, remoteRef: { key, property: 'p' } })),
      },
    },
  ]
    .map((one) => JSON.stringify(one))
    .join('\n---\n')
}

const HOSTILE = `it's "x" $(touch pwned) \`touch pwned\` \\ & ; #~`

type Stage = (put: (path: string, body: object) => Promise<unknown>, at: RunningServer) => Promise<void>

interface Case {
  readonly asked: Asked
  readonly config?: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly stage?: Stage
  /** How many commands there must be. */
  readonly commands: number
}

const byHand: Stage = async (put) => {
  await put('sys/auth/kubernetes', { type: 'kubernetes' })
  await put('auth/kubernetes/config', {
    kubernetes_host: 'https://127.0.0.1:2',
    kubernetes_ca_cert: CA,
    pem_keys: [PEM_KEY],
    issuer: 'https://issuer.example.com',
    disable_iss_validation: false,
    disable_local_ca_jwt: true,
  })
  await put('sys/policies/acl/eso', { policy: 'path "kv/data/*" {\n  capabilities = ["list"]\n}' })
  await put('auth/kubernetes/role/eso', {
    bound_service_account_names: ['*-x', 'y'],
    bound_service_account_namespaces: ['elsewhere'],
    bound_service_account_namespace_selector: `{"matchLabels":{"it's":"a b"}}`,
    token_policies: ['Other'],
    token_ttl: '2h',
  })
}

const CASES: Readonly<Record<string, Case>> = {
  'an empty server': { asked: {}, config: KUBERNETES, commands: 5 },
  'audience, ttl and a policy of another name': {
    asked: { audiences: ['vault', 'other'], keys: ['a', 'b/c', 'b/d'] },
    config: `${KUBERNETES}, role: { ttl: 90m }, policy: { name: "{mount}-{role}", generate: folder }`,
    commands: 5,
  },
  'hostile names': {
    asked: {
      mount: `kv ${HOSTILE}`,
      authMount: `kube ${HOSTILE}`,
      role: 'eso',
      keys: [HOSTILE, 'a\nb', 'POLICY\nPOLICY', '${x} %{y}', '@file', '-flag', 'ünï çödé', "'; touch pwned; '"],
    },
    config: `${KUBERNETES}, policy: { name: "it's \\"$(touch pwned)\\" {role}" }`,
    commands: 5,
  },
  'a policy whose name looks like a flag': {
    asked: {},
    config: `${KUBERNETES}, policy: { name: "-address=https-elsewhere" }`,
    commands: 5,
  },
  'a policy whose name is a dash': { asked: {}, config: `${KUBERNETES}, policy: { name: "-" }`, commands: 5 },
  'a policy whose name holds a comma': { asked: {}, config: `${KUBERNETES}, policy: { name: "a,b" }`, commands: 5 },
  'a reviewer token from a file': {
    asked: {},
    config: 'kubernetes: { host: "https://127.0.0.1:1", reviewer: token, ca: ca.pem }',
    inputs: { 'reviewer-token-file': 'reviewer-token' },
    commands: 5,
  },
  'what is there already, updated': {
    asked: { keys: ['a', 'b'] },
    config: `${KUBERNETES}, role: { ttl: 1h }`,
    stage: byHand,
    commands: 4,
  },
  'the Vault namespace of the settings': {
    asked: {},
    config: KUBERNETES,
    inputs: { 'vault-namespace': 'team1' },
    stage: async (put) => void (await put('sys/namespaces/team1', {})),
    commands: 5,
  },
  'a Vault namespace': {
    asked: { namespace: 'team1' },
    config: KUBERNETES,
    stage: async (put) => void (await put('sys/namespaces/team1', {})),
    commands: 5,
  },
}

describeWithServer('the printed commands make what apply makes', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'eso-vault-commands-'))
    await writeFile(join(folder, 'ca.pem'), CA)
    await writeFile(join(folder, 'reviewer-token'), 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJ0ZXN0In0.c2ln')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test.each(Object.entries(CASES))('%s', async (_, { asked, config, inputs = {}, stage, commands }) => {
    await writeFile(join(folder, 'all.yaml'), manifests(asked))
    const servers = await Promise.all([startOpenBao(), startOpenBao()])
    try {
      for (const server of servers) await stage?.((path, body) => expectSuccess(server, 'POST', path, body), server)
      const [applied, typed] = servers
      const run = (mode: 'plan' | 'apply', server: RunningServer, more = {}) =>
        runSetup(server, {
          mode,
          token: server.rootToken,
          cwd: folder,
          config: `setup: { ${config} }`,
          inputs: { 'allow-root-token': 'true', ...inputs, ...more },
        })
      const made = planOf(await run('plan', applied))
      expect(made.commands).toHaveLength(commands)
      const result = await run('apply', applied, { 'plan-digest': made.digest })
      expect(result.report.problems).toBeUndefined()

      const files = await readdir(folder)
      const said = await inShell(typed, made.commands.join('\n\n'), folder)
      expect(said).toMatchObject({ code: 0 })
      // Nothing that a name holds was run.
      expect(await readdir(folder)).toEqual(files)
      const state = await wholeStateOf(typed)
      expect(state).toEqual(await wholeStateOf(applied))
      const {
        mount = 'kv',
        authMount = 'kubernetes',
        role = 'eso',
        namespace = inputs['vault-namespace'] ?? '',
      } = asked
      const part = state[namespace === '' ? '' : `${namespace}/`]
      expect(part?.mounts).toHaveProperty([`${mount}/`])
      expect(part?.configs).toHaveProperty([`${authMount}/`, 'roles', role, 'token_policies'])
      expect(planOf(await run('plan', typed))).toMatchObject({ hasChanges: false, commands: [] })
    } finally {
      await Promise.all(servers.map((server) => server.stop()))
    }
  })
})
