import { describe, expect, test } from 'vitest'
import { realGit } from '../../src/changes/git.ts'
import type { Finding } from '../../src/model/finding.ts'
import { check } from '../../src/modes/check.ts'
import { lookAtChange } from '../../src/modes/look-at-change.ts'
import { renderWith } from '../../src/modes/render.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { fluxKustomization, kustomization } from '../gitops/tree.ts'
import { type Files, type History, history } from './git-history.ts'

/**
 * What was merged in real repositories and mended later (consumers.md §5.3), as the pull request that brought it: found at the author's
 * line, and gone with the commit that mended it.
 */

const PATH = process.env.PATH ?? ''

async function told({ folder }: History): Promise<readonly Finding[]> {
  const settings = resolveSettings({
    given: {
      from: 'terminal',
      command: 'check',
      subject: undefined,
      values: { 'report-scope': 'changed' },
      format: 'json',
      color: false,
    },
    config: EMPTY_CONFIG,
    environment: readEnvironment({}),
    folder: 'gitops',
  })
  const render = renderWith(settings, { PATH })
  const event = { name: undefined, payload: undefined, baseRef: undefined }
  const git = realGit({ PATH })
  const change = lookAtChange(settings, { cwd: folder, git, event, render, settingsWith: async () => settings })
  const { report } = await check(settings, {
    cwd: folder,
    today: '2026-06-01',
    live: undefined,
    render,
    change,
    incomplete: [],
  })
  return report.findings
}

const STORE = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec: {provider: {vault: {server: "https://vault.example.com", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: eso, serviceAccountRef: {name: eso, namespace: eso}}}}}}
`
/** A Flux repository with one app in namespace `app`. */
const FLUX: Files = {
  'clusters/main/flux-system/gotk-sync.yaml': fluxKustomization('flux-system', './clusters/main'),
  'clusters/main/app.yaml': fluxKustomization('app', './app', 'targetNamespace: app'),
  'app/kustomization.yaml': kustomization('resources: [store.yaml, secret.yaml, user.yaml]'),
  'app/store.yaml': STORE,
}
const secret = (spec: string, name = 'app-secret') =>
  `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: ${name}\nspec:\n  secretStoreRef: {name: vault, kind: ClusterSecretStore}\n${spec}`
const data = (...keys: string[]) =>
  `  data:\n${keys.map((key) => `    - secretKey: ${key}\n      remoteRef: {key: app/app, property: ${key.toLowerCase()}}\n`).join('')}`
const template = (...keys: string[]) =>
  `  target:\n    template:\n      data:\n${keys.map((key) => `        ${key}: "{{ .own }}"\n`).join('')}${data('own')}`
const deployment = (containers: string, volumes = '') => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    spec:
      containers:
        - name: app
${containers}${volumes}`
const env = (key: string, name = 'app-secret') => `          env:
            - name: TOKEN
              valueFrom:
                secretKeyRef:
                  name: ${name}
                  key: ${key}
`
const release = (spec: string) => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: app
spec:
${spec}`

/** A file of values that a generated ConfigMap gives to the release. */
const values = (key: string) =>
  `controllers:\n  main:\n    env:\n      TOKEN:\n        valueFrom:\n          secretKeyRef:\n            name: app-secret\n            key: ${key}\n`
const GENERATED = kustomization(
  'resources: [store.yaml, secret.yaml, user.yaml]',
  'configMapGenerator: [{name: given, files: [values.yaml], options: {disableNameSuffixHash: true}}]',
)
const GIVEN = release('  valuesFrom:\n    - kind: ConfigMap\n      name: given\n')

interface Incident {
  readonly what: string
  readonly before: Files
  readonly change: Files
  /** `rule severity file:line`, of all that is said of workloads. */
  readonly found: readonly string[]
  /** A place that the finding names beside its own. */
  readonly related?: string
  readonly mended: Files
}

const INCIDENTS: readonly Incident[] = [
  {
    what: 'valuesFrom: the template writes another file name',
    before: {
      'app/secret.yaml': secret(template('config.yaml')),
      'app/user.yaml': release(
        '  valuesFrom:\n    - kind: Secret\n      name: app-secret\n      valuesKey: config.yaml\n',
      ),
    },
    change: { 'app/secret.yaml': secret(template('application.yml')) },
    found: ['consumer-key-absent error app/user.yaml:9'],
    mended: {
      'app/user.yaml': release(
        '  valuesFrom:\n    - kind: Secret\n      name: app-secret\n      valuesKey: application.yml\n',
      ),
    },
  },
  {
    what: 'valuesFrom: the default key is `values.yaml`',
    before: { 'app/secret.yaml': secret(template('config')), 'app/user.yaml': release('  values: {a: 1}\n') },
    change: { 'app/user.yaml': release('  valuesFrom:\n    - kind: Secret\n      name: app-secret\n') },
    found: ['consumer-key-absent error app/user.yaml:8'],
    mended: {
      'app/user.yaml': release('  valuesFrom:\n    - kind: Secret\n      name: app-secret\n      valuesKey: config\n'),
    },
  },
  {
    what: 'values: api-key for apikey',
    before: { 'app/secret.yaml': secret(data('apikey')), 'app/user.yaml': release('  values: {a: 1}\n') },
    change: {
      'app/user.yaml': release(
        '  values:\n    controllers:\n      app:\n        containers:\n          app:\n            env:\n              KEY:\n                valueFrom:\n                  secretKeyRef:\n                    name: "{{ .Release.Name }}-secret"\n                    key: api-key\n',
      ),
    },
    found: ['consumer-key-absent error app/user.yaml:16'],
    related: 'app/secret.yaml:8',
    mended: { 'app/secret.yaml': secret(data('api-key')) },
  },
  {
    what: 'secretKeyRef: the key is renamed where it is made alone',
    before: {
      'app/secret.yaml': secret(data('ELASTICSEARCH_NAME')),
      'app/user.yaml': deployment(env('ELASTICSEARCH_NAME')),
    },
    change: { 'app/secret.yaml': secret(data('ELASTICSEARCH__NAME')) },
    found: ['consumer-key-absent error app/user.yaml:15'],
    related: 'app/secret.yaml:8',
    mended: { 'app/user.yaml': deployment(env('ELASTICSEARCH__NAME')) },
  },
  {
    what: 'secretKeyRef: a template that drops what is still read',
    before: { 'app/secret.yaml': secret(data('token', 'dsn')), 'app/user.yaml': deployment(env('token')) },
    change: { 'app/secret.yaml': secret(`  target: {template: {data: {dsn: "{{ .dsn }}"}}}\n${data('token', 'dsn')}`) },
    found: ['consumer-key-absent error app/user.yaml:15'],
    related: 'app/secret.yaml:9',
    mended: {
      'app/secret.yaml': secret(
        `  target: {template: {mergePolicy: Merge, data: {dsn: "{{ .dsn }}"}}}\n${data('token', 'dsn')}`,
      ),
    },
  },
  {
    what: 'subPath: a file that the Secret does not hold',
    before: { 'app/secret.yaml': secret(template('config.yml')), 'app/user.yaml': release('  values: {a: 1}\n') },
    change: {
      'app/user.yaml': release(
        '  values:\n    persistence:\n      config:\n        type: secret\n        name: app-secret\n        globalMounts:\n          - path: /config/config.yaml\n            subPath: config.yaml\n',
      ),
    },
    found: ['consumer-key-absent error app/user.yaml:13'],
    mended: { 'app/secret.yaml': secret(template('config.yaml')) },
  },
  {
    what: 'a template of Argo Workflows',
    before: { 'app/secret.yaml': secret(data('token')), 'app/user.yaml': deployment(env('token')) },
    change: {
      'app/user.yaml': `apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata:
  name: app
spec:
  templates:
    - name: main
      container:
        image: a
        env:
          - name: TOKEN
            valueFrom:
              secretKeyRef:
                name: app-secret
                key: pat
`,
    },
    found: ['consumer-key-absent error app/user.yaml:15'],
    mended: { 'app/secret.yaml': secret(data('token', 'pat')) },
  },
  {
    what: 'a selector of a custom resource',
    before: { 'app/secret.yaml': secret(data('token')), 'app/user.yaml': deployment(env('token')) },
    change: {
      'app/user.yaml':
        'apiVersion: grafana.integreatly.org/v1beta1\nkind: GrafanaDatasource\nmetadata:\n  name: app\nspec:\n  valuesFrom:\n    - targetPath: secureJsonData.token\n      valueFrom:\n        secretKeyRef:\n          name: app-secret\n          key: api-token\n',
    },
    found: ['consumer-key-absent warning app/user.yaml:11'],
    mended: { 'app/secret.yaml': secret(data('token', 'api-token')) },
  },
  {
    what: 'a Secret of SOPS becomes an ExternalSecret that forgets a key',
    before: {
      'app/secret.yaml':
        'apiVersion: v1\nkind: Secret\nmetadata:\n  name: app-secret\nstringData:\n  user: ENC[AES256_GCM,data:a=,iv:a=,tag:a=,type:str]\n  token: ENC[AES256_GCM,data:a=,iv:a=,tag:a=,type:str]\nsops:\n  mac: ENC[AES256_GCM,data:a=,iv:a=,tag:a=,type:str]\n',
      'app/user.yaml': deployment(env('token')),
    },
    change: { 'app/secret.yaml': secret(data('user')) },
    found: ['consumer-key-absent error app/user.yaml:15'],
    mended: { 'app/secret.yaml': secret(data('user', 'token')) },
  },
  {
    what: 'the Secret gets another name, and four readers keep the old one',
    before: {
      'app/secret.yaml': secret(data('token')),
      'app/user.yaml': `${deployment(
        `          envFrom:\n            - secretRef:\n                name: app-secret\n${env('token')}          volumeMounts: [{name: v, mountPath: /v}]\n`,
        '      volumes:\n        - name: v\n          secret:\n            secretName: app-secret\n',
      )}---\n${release('  valuesFrom:\n    - kind: Secret\n      name: app-secret\n      valuesKey: token\n')}`,
    },
    change: { 'app/secret.yaml': secret(`  target:\n    name: app-credentials\n${data('token')}`) },
    found: ['target-removed error app/secret.yaml:8'],
    related: 'app/user.yaml:12',
    mended: { 'app/secret.yaml': secret(data('token')) },
  },
  {
    what: 'the ExternalSecret goes, and a reader stays',
    before: { 'app/secret.yaml': secret(data('token')), 'app/user.yaml': deployment(env('token')) },
    change: { 'app/secret.yaml': secret(data('token'), 'other') },
    found: ['target-removed error app/secret.yaml:4'],
    related: 'app/user.yaml:15',
    mended: { 'app/secret.yaml': secret(data('token')) },
  },
  {
    what: 'a name that is nearly right',
    before: {
      'app/secret.yaml': secret(data('token'), 'thanos-objectstore-secret'),
      'app/user.yaml': deployment(env('token', 'thanos-objectstore-secret')),
    },
    change: { 'app/user.yaml': deployment(env('token', 'thanos-secret')) },
    found: ['consumer-secret-absent warning app/user.yaml:15'],
    mended: { 'app/user.yaml': deployment(env('token', 'thanos-objectstore-secret')) },
  },
  {
    what: 'gitea: the admin needs username and password',
    before: {
      'app/secret.yaml': secret(data('username', 'password')),
      'app/user.yaml': release('  chart: {spec: {chart: gitea}}\n  values: {a: 1}\n'),
    },
    change: {
      'app/secret.yaml': secret(data('user', 'password')),
      'app/user.yaml': release(
        '  chart: {spec: {chart: gitea}}\n  values:\n    gitea:\n      admin:\n        existingSecret: app-secret\n',
      ),
    },
    found: ['consumer-key-absent error app/user.yaml:10'],
    mended: { 'app/secret.yaml': secret(data('username', 'password')) },
  },
  {
    what: 'VolSync: kopia instead of restic, and the old keys',
    before: {
      'app/secret.yaml': secret(template('RESTIC_REPOSITORY', 'RESTIC_PASSWORD')),
      'app/user.yaml':
        'apiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata:\n  name: app\nspec:\n  restic:\n    repository: app-secret\n',
    },
    change: {
      'app/user.yaml':
        'apiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata:\n  name: app\nspec:\n  kopia:\n    repository: app-secret\n',
    },
    found: ['consumer-key-absent error app/user.yaml:7'],
    mended: { 'app/secret.yaml': secret(template('KOPIA_REPOSITORY', 'KOPIA_PASSWORD')) },
  },
  {
    what: 'CloudNativePG: the bootstrap needs username and password',
    before: { 'app/secret.yaml': secret(data('password')), 'app/user.yaml': deployment(env('password')) },
    change: {
      'app/user.yaml':
        'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: app\nspec:\n  bootstrap:\n    initdb:\n      secret:\n        name: app-secret\n',
    },
    found: ['consumer-key-absent error app/user.yaml:9'],
    mended: { 'app/secret.yaml': secret(data('password', 'username')) },
  },
  {
    what: 'another key in a file of values, which a ConfigMap gives to the release',
    before: {
      'app/kustomization.yaml': GENERATED,
      'app/values.yaml': values('token'),
      'app/secret.yaml': secret(data('token')),
      'app/user.yaml': GIVEN,
    },
    change: { 'app/values.yaml': values('api-token') },
    found: ['consumer-key-absent error app/values.yaml:8'],
    related: 'app/secret.yaml:1',
    mended: { 'app/values.yaml': values('token') },
  },
  {
    what: 'a key renamed in the ExternalSecret, and a file of values asks for the old one',
    before: {
      'app/kustomization.yaml': GENERATED,
      'app/values.yaml': values('token'),
      'app/secret.yaml': secret(data('token')),
      'app/user.yaml': GIVEN,
    },
    change: { 'app/secret.yaml': secret(data('api-token')) },
    found: ['consumer-key-absent error app/values.yaml:8'],
    related: 'app/secret.yaml:1',
    mended: { 'app/values.yaml': values('api-token') },
  },
  {
    what: 'a key is added where ESO does not look again, to mend a workload',
    before: {
      'app/secret.yaml': secret(`  refreshInterval: "0"\n${data('user')}`),
      'app/user.yaml': deployment(env('user')),
    },
    change: {
      'app/secret.yaml': secret(`  refreshInterval: "0"\n${data('user', 'token')}`),
      'app/user.yaml': deployment(env('token')),
    },
    found: ['key-never-arrives error app/secret.yaml:11'],
    related: 'app/user.yaml:15',
    mended: { 'app/secret.yaml': secret(`  refreshInterval: 1h\n${data('user', 'token')}`) },
  },
]

const OF_WORKLOADS = /^(?:consumer-|key-never-arrives|target-removed|secret-type-keys|pull-secret-type)/

describe('a pull request', () => {
  test.each(INCIDENTS.map((incident) => [incident.what, incident] as const))('%s', async (_, incident) => {
    const one = history()
    one.commit('before', { ...FLUX, ...incident.before })
    const ofWorkloads = async () => (await told(one)).filter(({ rule }) => OF_WORKLOADS.test(rule))
    one.git('checkout', '-q', '-b', 'topic')
    one.commit('the change', incident.change)
    const found = await ofWorkloads()
    expect(found.map(({ rule, severity, span }) => `${rule} ${severity} ${span.file}:${span.line}`)).toEqual(
      incident.found,
    )
    if (incident.related !== undefined)
      expect(found[0]?.related.map(({ span }) => `${span.file}:${span.line}`)).toContain(incident.related)
    one.commit('mended', incident.mended)
    expect(await ofWorkloads()).toEqual([])
  })

  test('that has nothing to do with an old mismatch does not hear of it', async () => {
    const one = history()
    one.commit('before', {
      ...FLUX,
      'app/secret.yaml': secret(data('user')),
      'app/user.yaml': deployment(env('token')),
    })
    one.git('checkout', '-q', '-b', 'topic')
    one.commit('the change', {
      'app/kustomization.yaml': kustomization('resources: [store.yaml, user.yaml, secret.yaml]'),
    })
    expect((await told(one)).filter(({ rule }) => OF_WORKLOADS.test(rule))).toEqual([])
  })
})
