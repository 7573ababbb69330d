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
      pod(
        `{volumes: [{name: a, csi: {nodePublishSecretRef: {name: csi}}}, {name: b, azureFile: {secretName: azureFile}}, ${['cephfs', 'cinder', 'flexVolume', 'rbd', 'scaleIO', 'iscsi', 'storageos'].map((kind) => `{name: ${kind}, ${kind}: {secretRef: {name: ${kind.toLowerCase()}}}}`).join(', ')}]}`,
      ),
      [
        'name n/csi',
        'name n/azureFile',
        ...['cephfs', 'cinder', 'flexvolume', 'rbd', 'scaleio', 'iscsi', 'storageos'].map((kind) => `name n/${kind}`),
      ],
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
      'Gateway: of another namespace too',
      object(
        'gateway.networking.k8s.io/v1',
        'Gateway',
        'spec: {listeners: [{tls: {certificateRefs: [{name: s}, {kind: Secret, name: t, namespace: o}]}}]}',
      ),
      ['name n/s', 'name o/t'],
    ],
    [
      'PersistentVolume: the driver decides',
      object(
        'v1',
        'PersistentVolume',
        'spec: {csi: {nodeStageSecretRef: {name: s, namespace: o}, controllerExpandSecretRef: {name: t, namespace: o}}}',
      ),
      ['name o/s', 'name o/t'],
    ],
    [
      'StorageClass: names of parameters, with their namespaces',
      object(
        'storage.k8s.io/v1',
        'StorageClass',
        'provisioner: x\nparameters: {csi.storage.k8s.io/provisioner-secret-name: s, csi.storage.k8s.io/provisioner-secret-namespace: o, csi.storage.k8s.io/fstype: xfs}',
      ),
      ['name o/s'],
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
    [
      'gitea and forgejo: the admin',
      ['gitea', 'forgejo']
        .map((chart) => release(`{chart: {spec: {chart: ${chart}}}, values: {gitea: {admin: {existingSecret: s}}}}\n`))
        .join('---\n'),
      ['fixed n/s username+password', 'fixed n/s username+password'],
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
      'VolSync: each mover',
      ['restic: {repository: a}', 'kopia: {repository: b}', 'rclone: {rcloneConfig: c}', 'rsyncTLS: {keySecret: d}']
        .map((spec) => object('volsync.backube/v1alpha1', 'ReplicationSource', `spec: {${spec}}\n`))
        .join('---\n'),
      [
        'fixed n/a RESTIC_REPOSITORY+RESTIC_PASSWORD',
        'fixed n/b KOPIA_REPOSITORY+KOPIA_PASSWORD',
        'fixed n/c rclone.conf',
        'fixed n/d psk.txt',
      ],
    ],
    [
      'Flux Receiver',
      object('notification.toolkit.fluxcd.io/v1', 'Receiver', 'spec: {type: github, secretRef: {name: s}}'),
      ['fixed n/s token'],
    ],
    [
      'GitRepository: by its address and provider',
      [
        'url: "ssh://git@example.com/a"',
        'url: "https://example.com/a"',
        'provider: github, url: "https://github.com/a/b"',
        'provider: azure, url: "https://dev.azure.com/a"',
      ]
        .map((spec) =>
          object('source.toolkit.fluxcd.io/v1', 'GitRepository', `spec: {${spec}, secretRef: {name: s}}\n`),
        )
        .join('---\n'),
      [
        'fixed n/s identity+known_hosts',
        'fixed n/s username+password|bearerToken|ca.crt|caFile',
        `fixed n/s ${['githubAppID', 'githubAppClientID'].flatMap((id) => ['githubAppInstallationID', 'githubAppInstallationOwner'].map((installation) => `${id}+${installation}+githubAppPrivateKey`)).join('|')}`,
        'name n/s',
      ],
    ],
    [
      'HelmRepository: a server, or a registry',
      ['url: "https://example.com"', 'type: oci, url: "oci://example.com"', 'type: oci, provider: aws, url: "oci://e"']
        .map((spec) =>
          object('source.toolkit.fluxcd.io/v1', 'HelmRepository', `spec: {${spec}, secretRef: {name: s}}\n`),
        )
        .join('---\n'),
      [
        'fixed n/s username+password|tls.crt+tls.key|ca.crt|certFile+keyFile|caFile',
        'fixed n/s .dockerconfigjson|username+password',
        'name n/s',
      ],
    ],
    [
      'Bucket: by its provider',
      ['generic', 'gcp']
        .map((provider) =>
          object('source.toolkit.fluxcd.io/v1', 'Bucket', `spec: {provider: ${provider}, secretRef: {name: s}}\n`),
        )
        .join('---\n'),
      ['fixed n/s accesskey+secretkey', 'name n/s'],
    ],
    [
      'sources: certificates and proxies',
      object(
        'source.toolkit.fluxcd.io/v1',
        'OCIRepository',
        'spec: {secretRef: {name: s}, certSecretRef: {name: t}, proxySecretRef: {name: u}}',
      ),
      ['fixed n/t tls.crt+tls.key|ca.crt|certFile+keyFile|caFile', 'fixed n/u address', 'fixed n/s .dockerconfigjson'],
    ],
    [
      'ImageRepository',
      object('image.toolkit.fluxcd.io/v1', 'ImageRepository', 'spec: {image: a, secretRef: {name: s}}'),
      ['fixed n/s .dockerconfigjson'],
    ],
    [
      'Secrets that Argo CD finds by their label',
      ['repository', 'repo-creds', 'repository-write', 'repo-write-creds', 'cluster', 'other']
        .map((type) =>
          object(
            'external-secrets.io/v1',
            'ExternalSecret',
            `spec: {target: {name: ${type}, template: {metadata: {labels: {argocd.argoproj.io/secret-type: ${type}}}}}, data: []}\n`,
          ),
        )
        .join('---\n'),
      [
        'fixed n/repository url',
        'fixed n/repo-creds url',
        'fixed n/repository-write url',
        'fixed n/repo-write-creds url',
        'fixed n/cluster server+name+config',
      ],
    ],
    [
      'cert-manager: selectors, the certificate of a CA, and nothing that it writes',
      object(
        'cert-manager.io/v1',
        'ClusterIssuer',
        'spec: {ca: {secretName: s}, acme: {privateKeySecretRef: {name: w}, solvers: [{dns01: {cloudflare: {apiTokenSecretRef: {name: t, key: k}}}}]}}',
      ).replace(', namespace: n', ''),
      ['fixed -/s tls.crt+tls.key', 'selector -/t k'],
    ],
    [
      'Argo Workflows: templates, volumes and artifacts',
      object(
        'argoproj.io/v1alpha1',
        'WorkflowTemplate',
        'spec: {volumes: [{name: v, secret: {secretName: s}}], templates: [{script: {env: [{name: A, valueFrom: {secretKeyRef: {name: t, key: k}}}]}, inputs: {artifacts: [{s3: {accessKeySecret: {name: u, key: a}}}, {git: {sshPrivateKeySecret: {name: g, key: b}}}]}}]}',
      ),
      ['volume n/s', 'env n/t k', 'selector n/u a', 'selector n/g b'],
    ],
    [
      'CronWorkflow, Tekton, ScaledJob, Knative: what has the shape of a PodSpec',
      [
        [
          'argoproj.io/v1alpha1',
          'CronWorkflow',
          '{workflowSpec: {templates: [{container: {envFrom: [{secretRef: {name: a}}]}}]}}',
        ],
        [
          'tekton.dev/v1',
          'Task',
          '{steps: [{name: x, envFrom: [{secretRef: {name: b}}]}], volumes: [{name: v, secret: {secretName: c}}]}',
        ],
        [
          'keda.sh/v1alpha1',
          'ScaledJob',
          '{jobTargetRef: {template: {spec: {containers: [{envFrom: [{secretRef: {name: d}}]}]}}}}',
        ],
        [
          'serving.knative.dev/v1',
          'Service',
          '{template: {spec: {containers: [{envFrom: [{secretRef: {name: e}}]}]}}}',
        ],
      ]
        .map(([apiVersion = '', kind = '', spec = '']) => object(apiVersion, kind, `spec: ${spec}\n`))
        .join('---\n'),
      ['env-from n/a', 'env-from n/b', 'volume n/c', 'env-from n/d', 'env-from n/e'],
    ],
    [
      'CloudNativePG and barman: selectors of backups and other clusters',
      [
        object(
          'postgresql.cnpg.io/v1',
          'Cluster',
          'spec: {superuserSecret: {name: s}, externalClusters: [{name: o, password: {name: t, key: p}, sslKey: {name: u, key: tls.key}}], backup: {barmanObjectStore: {s3Credentials: {accessKeyId: {name: b, key: id}}}}}\n',
        ),
        object(
          'barmancloud.cnpg.io/v1',
          'ObjectStore',
          'spec: {configuration: {s3Credentials: {secretAccessKey: {name: c, key: key}}}}\n',
        ),
      ].join('---\n'),
      ['fixed n/s username+password', 'selector n/t p', 'selector n/u tls.key', 'selector n/b id', 'selector n/c key'],
    ],
    [
      'prometheus-operator, grafana-operator, Velero, Crossplane, Strimzi',
      [
        [
          'monitoring.coreos.com/v1',
          'ServiceMonitor',
          '{endpoints: [{basicAuth: {username: {name: a, key: u}}, authorization: {credentials: {name: b, key: c}}, tlsConfig: {keySecret: {name: d, key: k}}}]}',
        ],
        [
          'grafana.integreatly.org/v1beta1',
          'GrafanaDatasource',
          '{valuesFrom: [{targetPath: p, valueFrom: {secretKeyRef: {name: e, key: k}}}]}',
        ],
        ['velero.io/v1', 'BackupStorageLocation', '{credential: {name: f, key: cloud}}'],
        ['aws.upbound.io/v1beta1', 'ProviderConfig', '{credentials: {secretRef: {namespace: o, name: g, key: creds}}}'],
        [
          'kafka.strimzi.io/v1beta2',
          'KafkaUser',
          '{authentication: {password: {valueFrom: {secretKeyRef: {name: h, key: p}}}}}',
        ],
      ]
        .map(([apiVersion = '', kind = '', spec = '']) => object(apiVersion, kind, `spec: ${spec}\n`))
        .join('---\n'),
      [
        'selector n/a u',
        'selector n/b c',
        'selector n/d k',
        'selector n/e k',
        'selector n/f cloud',
        'selector o/g creds',
        'selector n/h p',
      ],
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
