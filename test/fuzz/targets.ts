import { evaluateGjson, existenceOf } from '../../src/eso/property/gjson-evaluate.ts'
import { propertyPresence } from '../../src/eso/property/property-presence.ts'
import { shapeOfKeys } from '../../src/eso/property/shape.ts'
import { envsubst } from '../../src/gitops/flux/envsubst.ts'
import { InvalidInput } from '../../src/model/invalid-input.ts'
import { holesOf } from '../../src/model/placeholders.ts'
import { redact, redactInPlace } from '../../src/model/redact.ts'
import type { SubKeys } from '../../src/model/vault-state.ts'
import { lintPolicy } from '../../src/policy/lint.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import { RULE_IDS } from '../../src/rules/rule-ids.ts'
import { readConfig } from '../../src/settings/config-file.ts'
import { applyIgnores, inlineIgnoresInText } from '../../src/settings/ignores.ts'
import { snapshotState } from '../../src/state/snapshot/snapshot-state.ts'
import { parseSnapshot } from '../../src/state/snapshot/snapshot-text.ts'
import { checkFiles, HEALTHY } from './check-files.ts'
import { SEEDS } from './seeds.ts'

/** One language: what its mutants are made of, and what must come to an end with each of them. */
export interface Target {
  readonly name: string
  readonly seeds: () => readonly string[]
  /** Of a hundred mutants so many are of this language. */
  readonly share: number
  /** @throws what a bug throws */
  readonly run: (mutant: string) => Promise<void> | void
}

const STORE = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: vault }
spec: { provider: { vault: { server: "https://v", path: kv, version: v2, auth: { kubernetes: { mountPath: kubernetes, role: eso, serviceAccountRef: { name: e, namespace: e } } } } } }
`
const SETUP = `vault policy write eso policy.hcl
vault write auth/kubernetes/role/eso policies=eso bound_service_account_names=e bound_service_account_namespaces=e
`
const secret = (spec: string) => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: a, namespace: b }
spec:
  secretStoreRef: { name: vault, kind: ClusterSecretStore }
${spec}
`
const READS = secret('  data: [{ secretKey: a, remoteRef: { key: team/app } }]')
const FLUX = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: f, namespace: flux-system }
spec: { path: ./app, postBuild: { substitute: { A: "a/b.c" } } }
`

/** The mutant as a file among healthy ones, whose findings must stand, unless a mutant applies them all in a way that cannot be read. */
async function asFile(name: string, mutant: string, beside: Readonly<Record<string, string>> = {}): Promise<void> {
  const report = await checkFiles({ 'zz/healthy.yaml': HEALTHY, ...beside, [name]: mutant })
  const found = report.findings.some(
    ({ rule, span }) => rule === 'template-key-absent' && span.file === 'zz/healthy.yaml',
  )
  const told = report.notChecked.some(({ file }) => file === 'zz/healthy.yaml')
  if (!found && !told) throw new Error('the finding of the healthy file is gone')
}

const KEYS: SubKeys = { a: null, 'a.b': null, nested: { x: null, 'y.z': null, deep: { er: null } }, constructor: null }

export const TARGETS: readonly Target[] = [
  {
    name: 'manifests',
    seeds: SEEDS.manifests,
    share: 25,
    run: (mutant) => asFile('a.yaml', mutant, { 'st.yaml': STORE }),
  },
  {
    name: 'kustomizations',
    seeds: SEEDS.kustomizations,
    share: 8,
    run: (mutant) => asFile('app/kustomization.yaml', mutant, { 'app/a.yaml': READS, 'st.yaml': STORE }),
  },
  {
    name: 'policies',
    seeds: SEEDS.policies,
    share: 10,
    run: async (mutant) => {
      const parsed = parsePolicy(mutant)
      if (parsed.ok) lintPolicy(parsed.policy)
      await asFile('policy.hcl', mutant, { 'setup.sh': SETUP, 'st.yaml': STORE, 'a.yaml': READS })
    },
  },
  {
    name: 'scripts',
    seeds: SEEDS.scripts,
    share: 8,
    run: (mutant) => asFile('setup.sh', mutant, { 'st.yaml': STORE, 'a.yaml': READS }),
  },
  {
    name: 'markdown',
    seeds: SEEDS.markdown,
    share: 6,
    run: (mutant) => asFile('docs/setup.md', mutant, { 'st.yaml': STORE, 'a.yaml': READS }),
  },
  {
    name: 'terraform',
    seeds: SEEDS.terraform,
    share: 6,
    run: (mutant) => asFile('main.tf', mutant, { 'st.yaml': STORE, 'a.yaml': READS }),
  },
  {
    name: 'templates',
    seeds: SEEDS.templates,
    share: 8,
    run: (mutant) => {
      const spec = `  target: { template: { data: { x: ${JSON.stringify(mutant)} } } }\n  data: [{ secretKey: a, remoteRef: { key: x } }]`
      return asFile('a.yaml', secret(spec), { 'st.yaml': STORE })
    },
  },
  {
    name: 'substitutions',
    seeds: SEEDS.substitutions,
    share: 7,
    run: (mutant) => {
      envsubst(mutant, (name) => (name === 'A' ? 'aab/b.c' : undefined))
      holesOf(mutant)
      const spec = `  data: [{ secretKey: a, remoteRef: { key: ${JSON.stringify(mutant)} } }]`
      return asFile('app/a.yaml', secret(spec), { 'flux.yaml': FLUX, 'st.yaml': STORE })
    },
  },
  {
    name: 'properties',
    seeds: SEEDS.properties,
    share: 5,
    run: (mutant) => {
      propertyPresence(KEYS, mutant)
      existenceOf(evaluateGjson({ is: 'array', items: [shapeOfKeys(KEYS), { is: 'open' }] }, mutant))
    },
  },
  {
    name: 'configs',
    seeds: SEEDS.configs,
    share: 5,
    run: (mutant) => {
      try {
        const { ignore } = readConfig('eso-vault.yml', mutant, { rules: RULE_IDS })
        applyIgnores([], [], ignore, { today: '2026-06-01', rules: RULE_IDS })
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error
      }
    },
  },
  {
    name: 'snapshots',
    seeds: SEEDS.snapshots,
    share: 3,
    run: async (mutant) => {
      const parsed = parseSnapshot(mutant)
      if ('wrong' in parsed) return
      const { file } = parsed
      const keys = ['shop/db', 'shop/gone', 'shop/none', 'lonely/one', 'closed/x', '__proto__/constructor']
      for (const namespace of ['', 'toString'])
        await snapshotState(file, namespace, {
          mounts: ['kv', 'old', 'constructor'],
          authMounts: ['kubernetes'],
          authConfig: true,
          roles: [{ authMount: 'kubernetes', name: 'eso' }],
          policies: ['eso', 'secretive', 'valueOf'],
          secrets: keys.map((key) => ({
            mount: 'kv',
            key,
            withKeys: true,
            version: 1,
            keyPaths: [['user'], ['nested', 'deep']],
          })),
          finds: [
            { mount: 'kv', path: '' },
            { mount: 'kv', path: 'shop' },
          ],
        })
    },
  },
  {
    name: 'source lines',
    seeds: SEEDS.scripts,
    share: 2,
    run: (mutant) => {
      redact(mutant, ['a secret', 'vault'])
      if (redactInPlace(mutant).length !== mutant.length) throw new Error('a column moved')
      inlineIgnoresInText('a.sh', mutant)
    },
  },
]
