import { describe, expect, test } from 'vitest'
import { check } from '../../src/modes/check.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { consumptionsOf } from '../../src/workloads/consumptions.ts'
import { read, tree } from '../gitops/tree.ts'

/** What an object asks for, in short: place, namespace/name, keys (`a+b` together, `a|b` either), `?` where nothing fails without it. */
async function asked(yaml: string): Promise<string[]> {
  const { manifests, workloads } = await read({ 'a.yaml': yaml })
  return [...manifests, ...workloads]
    .flatMap(consumptionsOf)
    .map(({ place, secretNamespace, name, keys, optional }) => {
      const all = keys.map((some) => some.join('+')).join('|')
      return `${place} ${secretNamespace ?? '-'}/${name}${all === '' ? '' : ` ${all}`}${optional ? ' ?' : ''}`
    })
}

const object = (apiVersion: string, kind: string, rest: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x, namespace: n}\n${rest}`
const pod = (spec: string) => object('v1', 'Pod', `spec: ${spec}`)
const release = (spec: string) => object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', `spec: ${spec}`)

describe('places of core objects (consumers.md §1)', () => {
  test.each<[what: string, yaml: string, expected: readonly string[]]>([
    [
      'env',
      pod('{containers: [{name: c, env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]}]}'),
      ['env n/s k'],
    ],
    [
      'env of containers of all kinds',
      pod(
        '{initContainers: [{env: [{valueFrom: {secretKeyRef: {name: s, key: a}}}]}], ephemeralContainers: [{env: [{valueFrom: {secretKeyRef: {name: s, key: b, optional: true}}}]}]}',
      ),
      ['env n/s a', 'env n/s b ?'],
    ],
    [
      'envFrom',
      pod(
        '{containers: [{envFrom: [{prefix: P_, secretRef: {name: s}}, {configMapRef: {name: c}}, {secretRef: {name: t, optional: true}}]}]}',
      ),
      ['env-from n/s', 'env-from n/t ?'],
    ],
    [
      'volumes',
      pod(
        '{volumes: [{name: a, secret: {secretName: s}}, {name: b, secret: {secretName: t, items: [{key: k, path: p}]}}, {name: c, secret: {secretName: u, optional: true}}]}',
      ),
      ['volume n/s', 'volume n/t k', 'volume n/u ?'],
    ],
    [
      'projected',
      pod(
        '{volumes: [{name: a, projected: {sources: [{secret: {name: s, items: [{key: k, path: p}]}}, {secret: {name: t, optional: true}}, {configMap: {name: c}}]}}]}',
      ),
      ['volume n/s k', 'volume n/t ?'],
    ],
    [
      'subPath: the first segment is the key, but for items, other volumes and names that stand twice',
      pod(
        '{containers: [{volumeMounts: [{name: a, subPath: k/below}, {name: b, subPath: p}, {name: c, subPath: x}, {name: a}]}], volumes: [{name: a, secret: {secretName: s}}, {name: b, secret: {secretName: t, items: [{key: k, path: p}]}}, {name: c, emptyDir: {}}]}',
      ),
      ['sub-path n/s k', 'volume n/s', 'volume n/t k'],
    ],
    [
      'drivers decide by themselves',
      pod('{volumes: [{name: a, csi: {nodePublishSecretRef: {name: s}}}, {name: b, cephfs: {secretRef: {name: t}}}]}'),
      ['name n/s', 'name n/t'],
    ],
    ['pull secrets never fail', pod('{imagePullSecrets: [{name: s}]}'), ['pull-secret n/s ?']],
    [
      'CronJob',
      object(
        'batch/v1',
        'CronJob',
        'spec: {jobTemplate: {spec: {template: {spec: {containers: [{envFrom: [{secretRef: {name: s}}]}]}}}}}',
      ),
      ['env-from n/s'],
    ],
    [
      'ServiceAccount',
      object('v1', 'ServiceAccount', 'imagePullSecrets: [{name: s}]\nsecrets: [{name: t}]'),
      ['pull-secret n/s ?', 'name n/t ?'],
    ],
    [
      'Ingress: controllers have certificates of their own',
      object('networking.k8s.io/v1', 'Ingress', 'spec: {tls: [{secretName: s}]}'),
      ['name n/s ?'],
    ],
  ])('%s', async (_, yaml, expected) => expect(await asked(yaml)).toEqual(expected))
})

describe('releases and values (consumers.md §1.5, §4, §5.4)', () => {
  test.each<[what: string, yaml: string, expected: readonly string[]]>([
    [
      'valuesFrom: of the release, not of its target',
      release(
        '{targetNamespace: t, valuesFrom: [{kind: Secret, name: s}, {kind: ConfigMap, name: c}, {kind: Secret, name: o, valuesKey: k, optional: true}]}',
      ),
      ['values-from n/s values.yaml', 'values-from n/o k ?'],
    ],
    [
      'values: of the target; the name of the release is put in',
      release(
        '{targetNamespace: t, values: {env: [{name: A, valueFrom: {secretKeyRef: {name: "{{ .Release.Name }}-s", key: k}}}]}}',
      ),
      ['env t/t-x-s k'],
    ],
    [
      'a release with a name',
      release('{releaseName: r, values: {envFrom: [{secretRef: {name: "{{ .Release.Name }}"}}]}}'),
      ['env-from n/r'],
    ],
    ['switched off', release('{values: {a: {enabled: false, envFrom: [{secretRef: {name: s}}]}}}'), []],
    [
      'a map that is no list of volumes',
      release('{values: {expose: {tls: {secret: {secretName: s}}}}}'),
      ['name n/s ?'],
    ],
    [
      'mounts of volumes that stand beside them',
      release(
        '{values: {extraVolumes: [{name: v, secret: {secretName: s}}], extraVolumeMounts: [{name: v, subPath: k}], other: {extraVolumeMounts: [{name: v, subPath: of-the-chart}]}}}',
      ),
      ['volume n/s', 'sub-path n/s k'],
    ],
    ['objects of the chart itself', release('{values: {envFrom: [{secretRef: {identifier: s}}]}}'), []],
    [
      'the runner scale set takes a token or an app',
      release('{chart: {spec: {chart: gha-runner-scale-set}}, values: {githubConfigSecret: s}}'),
      ['fixed n/s github_token|github_app_id+github_app_installation_id+github_app_private_key'],
    ],
    [
      'whose keys stand in the values',
      release('{chart: {spec: {chart: gha-runner-scale-set}}, values: {githubConfigSecret: {github_token: x}}}'),
      [],
    ],
    ['an existing Secret', release('{values: {auth: {existingSecret: s}}}'), ['name n/s']],
    [
      'substituteFrom',
      object(
        'kustomize.toolkit.fluxcd.io/v1',
        'Kustomization',
        'spec: {path: ./x, sourceRef: {kind: GitRepository, name: g}, postBuild: {substituteFrom: [{kind: Secret, name: s}, {kind: Secret, name: t, optional: true}]}}',
      ),
      ['substitute-from n/s', 'substitute-from n/t ?'],
    ],
    [
      'an Application: its destination, never its own namespace',
      object(
        'argoproj.io/v1alpha1',
        'Application',
        'spec: {destination: {namespace: d}, sources: [{chart: c, helm: {valuesObject: {envFrom: [{secretRef: {name: s}}]}}}]}',
      ),
      ['env-from d/s'],
    ],
  ])('%s', async (_, yaml, expected) => expect(await asked(yaml)).toEqual(expected))
})

describe('custom resources (consumers.md §2)', () => {
  test.each<[what: string, yaml: string, expected: readonly string[]]>([
    [
      'Flux Provider, by its type',
      ['github', 'slack', 'generic']
        .map((type) =>
          object(
            'notification.toolkit.fluxcd.io/v1beta3',
            'Provider',
            `spec: {type: ${type}, secretRef: {name: ${type}}}\n`,
          ),
        )
        .join('---\n'),
      ['fixed n/github token|githubAppID|githubAppClientID', 'name n/slack', 'fixed n/generic address'],
    ],
    [
      'Flux Provider with an address',
      object(
        'notification.toolkit.fluxcd.io/v1beta3',
        'Provider',
        'spec: {type: generic, address: https://example.com, secretRef: {name: s}}',
      ),
      ['name n/s'],
    ],
    [
      'CloudNativePG, in lists too',
      object(
        'postgresql.cnpg.io/v1',
        'Cluster',
        'spec: {managed: {roles: [{name: a, passwordSecret: {name: s}}, {name: b}]}}',
      ),
      ['fixed n/s username+password'],
    ],
    [
      'Envoy Gateway',
      object(
        'gateway.envoyproxy.io/v1alpha1',
        'SecurityPolicy',
        'spec: {oidc: {clientSecret: {name: s}, clientIDRef: {name: t}}}',
      ),
      ['fixed n/s client-secret', 'fixed n/t client-id'],
    ],
    [
      'KEDA',
      object('keda.sh/v1alpha1', 'TriggerAuthentication', 'spec: {secretTargetRef: [{parameter: p, name: s, key: k}]}'),
      ['keda n/s k'],
    ],
    [
      'a selector that says a namespace',
      object('example.com/v1', 'Thing', 'spec: {credentials: {secretRef: {namespace: o, name: s, key: k}}}'),
      ['selector o/s k'],
    ],
    [
      'what a controller writes, and ConfigMaps, are none',
      object(
        'example.com/v1',
        'Thing',
        'spec: {privateKeySecretRef: {name: s, key: k}, writeConnectionSecretToRef: {name: t}, tokenFrom: {configMapKeyRef: {name: c, key: k}}, auth: {kind: ServiceAccount, name: a}}',
      ),
      [],
    ],
    [
      'a PodSpec in a custom resource',
      object(
        'argoproj.io/v1alpha1',
        'Rollout',
        'spec: {template: {spec: {containers: [{env: [{valueFrom: {secretKeyRef: {name: s, key: k}}}]}]}}}',
      ),
      ['env n/s k'],
    ],
    [
      'texts of Argo CD',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm, namespace: argocd}\ndata: {dex: "id: $oidc:client, own: $own.key"}\n',
      ['argocd-text argocd/oidc client'],
    ],
  ])('%s', async (_, yaml, expected) => expect(await asked(yaml)).toEqual(expected))
})

test('what somebody rendered is looked at in place of the values that it was made of', async () => {
  const cwd = tree({
    'store.yaml': `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec: {provider: {vault: {server: "https://vault.example.com", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: eso, serviceAccountRef: {name: eso, namespace: eso}}}}}}
`,
    'out/all': `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: s, namespace: n}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  data: [{secretKey: token, remoteRef: {key: a, property: token}}]
---
${pod('{containers: [{name: c, env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: tokn}}}]}]}')}
`,
  })
  const settings = resolveSettings({
    given: {
      from: 'terminal',
      command: 'check',
      subject: undefined,
      values: { rendered: 'out' },
      format: 'json',
      color: false,
    },
    config: EMPTY_CONFIG,
    environment: readEnvironment({}),
    folder: 'x',
  })
  const { report } = await check(settings, { cwd, today: '2026-06-01', live: undefined, incomplete: [] })
  expect(report.findings.map(({ rule, span }) => `${rule} ${span.file}:${span.line}`)).toEqual([
    'consumer-key-absent out/all:11',
  ])
})
