import { describe, expect, it } from 'vitest'
import { validateManifest } from '../../../src/eso/schema/validate.ts'
import { type ManifestOptions, yamlManifest } from '../yaml-manifest.ts'

/** Lines of a spec, written from column 1, put into an object of `kind`. */
function object(kind: string, apiVersion: string, spec: string, namespace?: string): string {
  const head = [`apiVersion: ${apiVersion}`, `kind: ${kind}`, 'metadata:', '  name: app']
  if (namespace !== undefined) head.push(`  namespace: ${namespace}`)
  const body = spec
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
  return [...head, 'spec:', ...body, ''].join('\n')
}

const externalSecret = (spec: string) => object('ExternalSecret', 'external-secrets.io/v1', spec)
const store = (vault: string, kind = 'ClusterSecretStore', namespace?: string) =>
  object(
    kind,
    'external-secrets.io/v1',
    `provider:\n  vault:\n    server: https://vault.example.com\n    path: kv\n${vault.replace(/^/gm, '    ')}`,
    namespace,
  )
const pushSecret = (spec: string) => object('PushSecret', 'external-secrets.io/v1alpha1', spec)
const DATA = 'data: [{secretKey: a, remoteRef: {key: a}}]'

interface Case {
  readonly name: string
  readonly yaml: string
  readonly options?: ManifestOptions
  /** kind/effect and line of each problem expected, and parts of its message and fix. */
  readonly expect: readonly {
    readonly is: string
    readonly line: number
    readonly says?: string
    readonly fix?: string
  }[]
}

function run({ yaml, options, expect: expected }: Case) {
  const problems = validateManifest(yamlManifest(yaml, options))
  expect(problems.map((p) => `${p.span.line} ${p.kind}/${p.effect}`)).toEqual(expected.map((e) => `${e.line} ${e.is}`))
  for (const [i, want] of expected.entries()) {
    if (want.says !== undefined) expect(problems[i]?.message).toContain(want.says)
    if (want.fix !== undefined) expect(problems[i]?.suggestion).toContain(want.fix)
  }
}

describe('misplaced fields (field.md §2 W1, §5 class 7)', () => {
  const cases: Case[] = [
    {
      name: 'W1: extract is null and key is its sibling',
      yaml: externalSecret('dataFrom:\n  - extract:\n    key: kv/app\ntarget: {name: app}'),
      expect: [
        {
          is: 'misplaced/dropped',
          line: 8,
          says: 'either extract, find, or sourceRef must be set to dataFrom',
          fix: 'extract:\n  key: kv/app',
        },
      ],
    },
    {
      name: 'several fields of extract: one problem with all lines',
      yaml: externalSecret('dataFrom:\n  - extract:\n    key: a/b\n    property: p\n    version: "2"'),
      expect: [{ is: 'misplaced/dropped', line: 8, fix: 'extract:\n  key: a/b\n  property: p\n  version: "2"' }],
    },
    {
      name: 'remoteRef without indentation',
      yaml: externalSecret('data:\n  - secretKey: a\n    remoteRef:\n    key: a\n    property: p'),
      expect: [{ is: 'misplaced/dropped', line: 9, fix: 'remoteRef:\n  key: a\n  property: p' }],
    },
    {
      name: 'key without any remoteRef',
      yaml: externalSecret('data:\n  - secretKey: a\n    key: a\n    property: p'),
      expect: [{ is: 'misplaced/dropped', line: 8, says: '`spec.data[0].remoteRef`', fix: 'remoteRef:\n  key: a' }],
    },
    {
      name: 'the old way of dataFrom',
      yaml: externalSecret('dataFrom:\n  - key: a'),
      expect: [{ is: 'misplaced/dropped', line: 7, fix: 'extract:\n  key: a' }],
    },
    {
      name: 'secretKey indented too deep',
      yaml: externalSecret('data:\n  - remoteRef:\n      key: a\n      secretKey: b'),
      expect: [{ is: 'misplaced/dropped', line: 9, says: '`spec.data[0].secretKey`' }],
    },
    {
      name: 'vault fields beside vault',
      yaml: object(
        'ClusterSecretStore',
        'external-secrets.io/v1',
        'provider:\n  vault:\n  server: https://v\n  path: kv',
      ),
      expect: [{ is: 'misplaced/dropped', line: 8, fix: 'vault:\n  server: …\n  path: kv' }],
    },
    {
      name: 'template fields in target',
      yaml: externalSecret(`${DATA}\ntarget:\n  name: app\n  type: Opaque`),
      expect: [{ is: 'misplaced/dropped', line: 9, fix: 'template:\n  type: …' }],
    },
    {
      name: 'data outside of spec',
      yaml: `${externalSecret('refreshInterval: 1h')}data:\n  - secretKey: a\n    remoteRef: {key: a}\n`,
      expect: [{ is: 'misplaced/dropped', line: 7, fix: 'spec:\n  data: …' }],
    },
  ]
  it.each(cases)('$name', run)

  it('proposes the body as it was meant', () => {
    const [problem] = validateManifest(yamlManifest(externalSecret('dataFrom:\n  - extract:\n    key: kv/app')))
    expect(problem?.proposedBody).toMatchObject({ spec: { dataFrom: [{ extract: { key: 'kv/app' } }] } })
    expect(problem?.path).toEqual(['spec', 'dataFrom', 0, 'key'])
    expect(problem?.severity).toBe('error')
  })
})

describe('unknown fields (eso.md §6.8)', () => {
  const cases: Case[] = [
    {
      name: 'a typo of a required field is one problem',
      yaml: externalSecret('data:\n  - secretKey: a\n    remoteref:\n      key: a'),
      expect: [{ is: 'unknown/dropped', line: 8, says: 'Did you mean `remoteRef`?' }],
    },
    {
      name: 'kye for key',
      yaml: externalSecret('data:\n  - secretKey: a\n    remoteRef:\n      kye: a'),
      expect: [{ is: 'unknown/dropped', line: 9, fix: 'key: a' }],
    },
    {
      name: 'a field with no likeness is a warning',
      yaml: externalSecret(`${DATA}\nfoobar: 1`),
      expect: [
        {
          is: 'unknown/dropped',
          line: 7,
          says: '`spec.foobar` is no field of ExternalSecret in external-secrets.io/v1',
        },
      ],
    },
    {
      name: 'kubernetes auth has mountPath, not path',
      yaml: store('auth:\n  kubernetes:\n    path: k8s\n    role: eso'),
      expect: [{ is: 'unknown/dropped', line: 12, says: 'Did you mean `mountPath`?' }],
    },
    {
      name: 'appRole has path, not mountPath',
      yaml: store('auth:\n  appRole:\n    mountPath: approle\n    roleId: r\n    secretRef: {name: s, key: k}'),
      expect: [{ is: 'unknown/dropped', line: 12, says: 'Did you mean `path`?' }],
    },
    {
      name: 'ClusterExternalSecret has refreshTime',
      yaml: object(
        'ClusterExternalSecret',
        'external-secrets.io/v1',
        `refreshInterval: 1h\nexternalSecretSpec:\n  ${DATA}`,
      ),
      expect: [{ is: 'unknown/dropped', line: 6, says: 'Did you mean `refreshTime`?' }],
    },
    {
      name: 'a PushSecret has a list of stores',
      yaml: pushSecret(
        'secretStoreRef: {name: vault}\nselector: {secret: {name: s}}\ndata: [{match: {remoteRef: {remoteKey: k}}}]',
      ),
      expect: [{ is: 'unknown/dropped', line: 6, fix: '`secretStoreRefs` is a list' }],
    },
    {
      name: 'a store is not looked for in other namespaces',
      yaml: externalSecret(`${DATA}\nsecretStoreRef:\n  name: vault\n  namespace: other`),
      expect: [{ is: 'unknown/dropped', line: 9, fix: 'a SecretStore is only looked for in the own namespace' }],
    },
    {
      name: 'remoteKey is the word of PushSecrets',
      yaml: externalSecret('data:\n  - secretKey: a\n    remoteRef:\n      remoteKey: a'),
      expect: [{ is: 'unknown/dropped', line: 9, says: 'Did you mean `key`?' }],
    },
    {
      name: 'v1beta1 is held against v1beta1',
      yaml: object('ExternalSecret', 'external-secrets.io/v1beta1', `${DATA}\nsyncWindows: {kind: allow, windows: []}`),
      expect: [{ is: 'unknown/dropped', line: 7 }],
    },
  ]
  it.each(cases)('$name', run)
})

describe('one finding for one slip', () => {
  const cases: Case[] = [
    {
      name: 'a login method that lacks the level of auth',
      yaml: store('kubernetes:\n  mountPath: kubernetes\n  role: r'),
      expect: [
        { is: 'misplaced/dropped', line: 10, says: 'under `spec.provider.vault.auth`', fix: 'auth:\n  kubernetes: …' },
      ],
    },
    {
      name: 'the name of a PushSecret beside its selector',
      yaml: pushSecret(
        'secretStoreRefs: [{name: s}]\nselector:\n  name: app\ndata: [{match: {secretKey: k, remoteRef: {remoteKey: k}}}]',
      ),
      expect: [{ is: 'misplaced/dropped', line: 8, says: 'under `spec.selector.secret`', fix: 'secret:\n  name: app' }],
    },
    {
      name: 'a field of the spec at the root',
      yaml: `${externalSecret(DATA)}refreshInterval: 1h\n`,
      expect: [{ is: 'misplaced/dropped', line: 7, says: 'under `spec`', fix: 'spec:\n  refreshInterval' }],
    },
    {
      name: 'labels at the root',
      yaml: `${externalSecret(DATA)}labels: {a: b}\n`,
      expect: [{ is: 'misplaced/dropped', line: 7, says: 'under `metadata`' }],
    },
    {
      name: 'a misspelt spec',
      yaml: externalSecret(DATA).replace('spec:', 'spce:'),
      expect: [{ is: 'unknown/dropped', line: 5, says: 'Did you mean `spec`?' }],
    },
    {
      name: 'a misspelt namespace where a kustomization gives one',
      yaml: externalSecret(DATA).replace('  name: app', '  name: app\n  namepsace: apps\n  namespace: apps'),
      expect: [{ is: 'unknown/dropped', line: 5, says: 'Did you mean `namespace`, which is there already?' }],
    },
    {
      name: 'a policy that only looks like a placeholder',
      yaml: pushSecret(
        'secretStoreRefs: [{name: s}]\nselector: {secret: {name: app}}\nupdatePolicy: replace\ndata: [{match: {remoteRef: {remoteKey: k}}}]',
      ),
      expect: [{ is: 'value/rejected', line: 8, fix: 'updatePolicy: Replace' }],
    },
  ]
  it.each(cases)('$name', run)
})

describe('missing, types and values', () => {
  const cases: Case[] = [
    {
      name: 'a required field, pointed at the object that lacks it',
      yaml: externalSecret('data:\n  - secretKey: a\n    remoteRef:\n      property: p'),
      expect: [{ is: 'missing/rejected', line: 8, says: '`spec.data[0].remoteRef` lacks `key`' }],
    },
    {
      name: 'null is missing',
      yaml: externalSecret('dataFrom:\n  - extract:\n      key:'),
      expect: [{ is: 'missing/rejected', line: 8 }],
    },
    {
      name: 'an empty key is taken (eso.md §6.2)',
      yaml: externalSecret('dataFrom:\n  - extract:\n      key: ""'),
      expect: [],
    },
    {
      name: 'a server is required, an empty role is not refused (eso.md §6.1)',
      yaml: object('SecretStore', 'external-secrets.io/v1', 'provider:\n  vault:\n    auth: {kubernetes: {role: ""}}'),
      expect: [{ is: 'missing/rejected', line: 7, says: 'lacks `server`' }],
    },
    {
      name: 'version 2 of the store is v2',
      yaml: store('version: 2'),
      expect: [{ is: 'value/rejected', line: 10, says: 'one of "v1", "v2"', fix: 'version: v2' }],
    },
    {
      name: 'version "1" of the store is v1',
      yaml: store('version: "1"'),
      expect: [{ is: 'value/rejected', line: 10, fix: 'version: v1' }],
    },
    {
      name: 'kv-v2 is v2',
      yaml: store('version: kv-v2'),
      expect: [{ is: 'value/rejected', line: 10, fix: 'version: v2' }],
    },
    {
      name: 'remoteRef.version is text',
      yaml: externalSecret('data:\n  - secretKey: a\n    remoteRef:\n      key: a\n      version: 2'),
      expect: [{ is: 'type/rejected', line: 10, says: 'is a number (`2`), and must be text', fix: 'version: "2"' }],
    },
    {
      name: 'a boolean in template data, without its value',
      yaml: externalSecret(`${DATA}\ntarget:\n  template:\n    data:\n      debug: true\n      port: 5432`),
      expect: [
        { is: 'type/rejected', line: 10, says: 'is a boolean, and must be text' },
        { is: 'type/rejected', line: 11, says: 'is a number, and must be text' },
      ],
    },
    {
      name: 'a boolean label',
      yaml: `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: a\n  labels:\n    on: true\nspec:\n  ${DATA}\n`,
      expect: [{ is: 'type/rejected', line: 6 }],
    },
    {
      name: 'a list for a map',
      yaml: externalSecret('data:\n  - secretKey: a\n    remoteRef:\n      - key: a'),
      expect: [{ is: 'type/rejected', line: 9, says: 'is a list, and must be a map', fix: 'Take the `-` away' }],
    },
    {
      name: 'a map for a list',
      yaml: externalSecret('data:\n  secretKey: a\n  remoteRef: {key: a}'),
      expect: [{ is: 'type/rejected', line: 7, says: 'is a map, and must be a list', fix: 'with `- `' }],
    },
    {
      name: 'quotes around a boolean',
      yaml: store('readYourWrites: "true"'),
      expect: [{ is: 'type/rejected', line: 10, fix: 'readYourWrites: true' }],
    },
    {
      name: 'an empty list item',
      yaml: externalSecret('data:\n  - secretKey: a\n    remoteRef: {key: a}\n  - ~'),
      expect: [{ is: 'type/rejected', line: 9 }],
    },
    {
      name: 'a key that Kubernetes does not take',
      yaml: externalSecret('data:\n  - secretKey: a/b\n    remoteRef: {key: a}'),
      expect: [{ is: 'value/rejected', line: 7, says: 'letters, digits, `-`, `_` and `.`' }],
    },
    {
      name: 'wrong case in an enum',
      yaml: externalSecret(`${DATA}\ntarget: {creationPolicy: owner}`),
      expect: [{ is: 'value/rejected', line: 7, fix: 'creationPolicy: Owner' }],
    },
    {
      name: 'PEM text where base64 is wanted',
      yaml: store('caBundle: |\n  -----BEGIN CERTIFICATE-----\n  MIIB\n  -----END CERTIFICATE-----'),
      expect: [{ is: 'value/rejected', line: 10, fix: 'base64' }],
    },
    {
      name: 'two providers',
      yaml: object('SecretStore', 'external-secrets.io/v1', 'provider:\n  fake: {}\n  vault: {server: https://v}'),
      expect: [{ is: 'exclusive/rejected', line: 6, says: '`fake` and `vault`' }],
    },
    {
      name: 'no provider',
      yaml: object('SecretStore', 'external-secrets.io/v1', 'provider: {}'),
      expect: [{ is: 'exclusive/rejected', line: 6 }],
    },
    {
      name: 'storeRef and generatorRef',
      yaml: externalSecret(
        'dataFrom:\n  - sourceRef:\n      storeRef: {name: s}\n      generatorRef: {kind: Password, name: p}',
      ),
      expect: [{ is: 'exclusive/rejected', line: 7, says: '`storeRef` and `generatorRef`' }],
    },
    {
      name: 'days are no Go duration',
      yaml: externalSecret(`${DATA}\nrefreshInterval: 7d`),
      expect: [{ is: 'value/denied', line: 7, fix: 'refreshInterval: 168h' }],
    },
    {
      name: 'nor is a bare number',
      yaml: pushSecret(
        'refreshInterval: "60"\nsecretStoreRefs: [{name: s}]\nselector: {secret: {name: s}}\ndata: [{match: {remoteRef: {remoteKey: k}}}]',
      ),
      expect: [{ is: 'value/fails', line: 6, fix: 'refreshInterval: 60s' }],
    },
    { name: 'a store may count seconds', yaml: `${store('version: v2')}  refreshInterval: 60\n`, expect: [] },
    {
      name: 'no spec',
      yaml: 'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\n',
      expect: [{ is: 'missing/denied', line: 1, says: 'either data or dataFrom should be specified' }],
    },
  ]
  it.each(cases)('$name', run)

  it('never repeats a value of template data', () => {
    const manifest = yamlManifest(externalSecret(`${DATA}\ntarget: {template: {data: {pin: 90210}}}`))
    expect(JSON.stringify(validateManifest(manifest))).not.toContain('90210')
  })
})

describe("eso.md §6.2: the webhook's rules, in its words", () => {
  const cases: Case[] = [
    {
      name: 'nothing to read',
      yaml: externalSecret('refreshInterval: 1h\ndata: []'),
      expect: [{ is: 'missing/denied', line: 5, says: '"either data or dataFrom should be specified"' }],
    },
    {
      name: 'extract and find',
      yaml: externalSecret('dataFrom:\n  - extract: {key: a}\n    find: {name: {regexp: a}}'),
      expect: [
        { is: 'exclusive/denied', line: 7, says: '"extract, find, or generatorRef cannot be set at the same time"' },
      ],
    },
    {
      name: 'extract and a generator',
      yaml: externalSecret(
        'dataFrom:\n  - extract: {key: a}\n    sourceRef: {generatorRef: {kind: Password, name: p}}',
      ),
      expect: [{ is: 'exclusive/denied', line: 7, says: '`extract` and `generatorRef`' }],
    },
    {
      name: 'extract with its own store',
      yaml: externalSecret('dataFrom:\n  - extract: {key: a}\n    sourceRef: {storeRef: {name: s}}'),
      expect: [],
    },
    {
      name: 'a source that is empty',
      yaml: externalSecret('dataFrom:\n  - rewrite: [{regexp: {source: a, target: b}}]'),
      expect: [{ is: 'missing/denied', line: 7, says: '"either extract, find, or sourceRef must be set to dataFrom"' }],
    },
    {
      name: 'the hole: a store alone',
      yaml: externalSecret('dataFrom:\n  - sourceRef: {storeRef: {name: s}}'),
      expect: [{ is: 'missing/ignored', line: 7, says: 'reads nothing' }],
    },
    {
      name: 'a generator in data is not implemented',
      yaml: externalSecret(
        'data:\n  - secretKey: a\n    remoteRef: {key: a}\n    sourceRef:\n      generatorRef: {kind: Password, name: p}',
      ),
      expect: [{ is: 'value/fails', line: 10, says: 'could not get SecretStore ""' }],
    },
    ...(['Merge', 'None', 'CreateOrMerge'] as const).map((policy) => ({
      name: `deletionPolicy Delete with creationPolicy ${policy}`,
      yaml: externalSecret(`${DATA}\ntarget:\n  creationPolicy: ${policy}\n  deletionPolicy: Delete`),
      expect: [
        {
          is: 'exclusive/denied',
          line: 9,
          says: "deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set creationPolicy=Owner",
        },
      ],
    })),
    {
      name: 'Delete with Orphan is taken',
      yaml: externalSecret(`${DATA}\ntarget: {creationPolicy: Orphan, deletionPolicy: Delete}`),
      expect: [],
    },
    {
      name: 'deletionPolicy Merge with creationPolicy None',
      yaml: externalSecret(`${DATA}\ntarget:\n  creationPolicy: None\n  deletionPolicy: Merge`),
      expect: [{ is: 'exclusive/denied', line: 9, says: 'There is no Secret to merge with' }],
    },
    {
      name: 'a key twice',
      yaml: externalSecret('data:\n  - {secretKey: a, remoteRef: {key: a}}\n  - {secretKey: a, remoteRef: {key: b}}'),
      expect: [{ is: 'exclusive/denied', line: 8, says: '"duplicate secretKey found: a"' }],
    },
    {
      name: 'a key twice, with another deletionPolicy',
      yaml: externalSecret(
        'data:\n  - {secretKey: a, remoteRef: {key: a}}\n  - {secretKey: a, remoteRef: {key: b}}\ntarget: {deletionPolicy: Delete}',
      ),
      expect: [],
    },
    {
      name: 'a service account token',
      yaml: externalSecret(
        `${DATA}\ntarget:\n  template:\n    type: kubernetes.io/service-account-token\n    metadata: {annotations: {kubernetes.io/service-account.name: sa}}`,
      ),
      expect: [
        { is: 'value/denied', line: 9, says: 'with annotation "kubernetes.io/service-account.name" is not allowed' },
      ],
    },
    {
      name: 'a bootstrap token',
      yaml: externalSecret(`${DATA}\ntarget: {template: {type: bootstrap.kubernetes.io/token}}`),
      expect: [{ is: 'value/denied', line: 7, says: 'template.type="bootstrap.kubernetes.io/token" is not allowed' }],
    },
    {
      name: 'a target that is no part of a Secret',
      yaml: externalSecret(
        `${DATA}\ntarget:\n  template:\n    templateFrom:\n      - {literal: "a: b", target: Spec}\n      - {literal: "a: b", target: labels}`,
      ),
      expect: [
        { is: 'value/denied', line: 10, says: 'templateFrom target="Spec" is not allowed when targeting a Secret' },
      ],
    },
    {
      name: 'the same in a ClusterExternalSecret',
      yaml: object('ClusterExternalSecret', 'external-secrets.io/v1', 'externalSecretSpec:\n  refreshInterval: 1h'),
      expect: [{ is: 'missing/denied', line: 6, says: 'either data or dataFrom' }],
    },
  ]
  it.each(cases)('$name', run)
})

describe('eso.md §5.5: ValidateStore, and what fails at login (§5.2, §5.3)', () => {
  const cases: Case[] = [
    {
      name: 'a SecretStore with a foreign namespace',
      yaml: store(
        'auth:\n  kubernetes:\n    role: eso\n    serviceAccountRef:\n      name: sa\n      namespace: other',
        'SecretStore',
        'apps',
      ),
      expect: [
        {
          is: 'value/denied',
          line: 16,
          says: 'invalid Auth.Kubernetes.ServiceAccountRef: namespace should either be empty or match',
        },
      ],
    },
    {
      name: 'its own namespace',
      yaml: store(
        'auth: {kubernetes: {role: eso, serviceAccountRef: {name: sa, namespace: apps}}}',
        'SecretStore',
        'apps',
      ),
      expect: [],
    },
    {
      name: 'a SecretStore whose namespace nobody knows',
      yaml: store('auth: {kubernetes: {role: eso, serviceAccountRef: {name: sa, namespace: apps}}}', 'SecretStore'),
      expect: [],
    },
    {
      name: 'appRole without a role',
      yaml: store('auth:\n  appRole:\n    secretRef: {name: s, key: k}'),
      expect: [{ is: 'missing/denied', line: 11, says: 'neither `roleId` nor `roleRef` was supplied' }],
    },
    {
      name: 'jwt without a token',
      yaml: store('auth:\n  jwt:\n    role: r'),
      expect: [{ is: 'missing/denied', line: 11, says: 'as token source for jwt authentication' }],
    },
    {
      name: 'half a client certificate',
      yaml: store('tls:\n  certSecretRef: {name: s, namespace: ns}'),
      expect: [{ is: 'missing/denied', line: 10, says: 'both ClientTLS.ClientCert and ClientTLS.SecretRef' }],
    },
    {
      name: 'a client certificate of a ClusterSecretStore needs a namespace',
      yaml: store('tls:\n  certSecretRef: {name: s}\n  keySecretRef: {name: s, namespace: ns}'),
      expect: [{ is: 'missing/fails', line: 11 }],
    },
    {
      name: 'check-and-set on KV v1',
      yaml: store('version: v1\ncheckAndSet:\n  required: true'),
      expect: [{ is: 'exclusive/denied', line: 12, says: 'checkAndSet is not supported with Vault KV version v1' }],
    },
    {
      name: 'a regex that Go does not take',
      yaml: `${store('version: v2')}  conditions:\n    - namespaceRegexes:\n        - "(?=a)"\n`,
      expect: [{ is: 'value/denied', line: 13, says: 'failed to compile 0th namespace regex in 0th condition' }],
    },
    {
      name: 'no key for a token (eso.md §6.8)',
      yaml: store('auth:\n  tokenSecretRef:\n    name: t\n    namespace: ns'),
      expect: [{ is: 'missing/fails', line: 11, says: 'cannot find secret data for key: ""' }],
    },
    {
      name: 'kubernetes.secretRef has a default key',
      yaml: store('auth: {kubernetes: {role: r, secretRef: {name: s}}}'),
      expect: [],
    },
    {
      name: 'no method',
      yaml: store('auth: {}'),
      expect: [{ is: 'missing/fails', line: 10, says: 'no valid auth method specified' }],
    },
    { name: 'no auth at all is allowed (eso.md §5.1)', yaml: store('version: v2'), expect: [] },
    {
      name: 'two methods: the first in ESO order wins',
      yaml: store('auth:\n  kubernetes: {role: r}\n  tokenSecretRef: {name: t, key: k, namespace: ns}'),
      expect: [{ is: 'exclusive/ignored', line: 11, says: 'ESO uses `tokenSecretRef` and ignores `kubernetes`' }],
    },
    {
      name: 'a certificate authority needs a namespace and a key',
      yaml: store('caProvider:\n  type: ConfigMap\n  name: ca'),
      expect: [
        { is: 'missing/fails', line: 10, says: 'lacks `key`' },
        { is: 'missing/fails', line: 10, says: 'missing namespace on caProvider secret' },
      ],
    },
    {
      name: 'caBundle wins over caProvider',
      yaml: store('caBundle: LS0t\ncaProvider: {type: Secret, name: ca}'),
      expect: [],
    },
    {
      name: 'iam.jwt without a ServiceAccount',
      yaml: store('auth:\n  iam:\n    vaultRole: r\n    jwt: {}'),
      expect: [{ is: 'missing/fails', line: 13, says: 'crashes' }],
    },
    {
      name: 'the provider of a VaultDynamicSecret',
      yaml: object(
        'VaultDynamicSecret',
        'generators.external-secrets.io/v1alpha1',
        'path: database/creds/a\nprovider:\n  server: https://v\n  auth:\n    appRole:\n      secretRef: {name: s, key: k}',
      ),
      expect: [{ is: 'missing/denied', line: 10, says: 'neither `roleId`' }],
    },
  ]
  it.each(cases)('$name', run)
})

describe('eso.md §6.6: PushSecret', () => {
  const BASE = 'secretStoreRefs: [{name: s}]\nselector: {secret: {name: src}}'
  const ONE = 'data: [{match: {remoteRef: {remoteKey: k}}}]'
  const cases: Case[] = [
    { name: 'a good one', yaml: pushSecret(`${BASE}\n${ONE}`), expect: [] },
    {
      name: 'a store without name or labels',
      yaml: pushSecret(`secretStoreRefs:\n  - kind: SecretStore\nselector: {secret: {name: src}}\n${ONE}`),
      expect: [{ is: 'missing/fails', line: 7, says: '"refStore Name must be provided"' }],
    },
    {
      name: 'a Secret and a generator',
      yaml: pushSecret(
        `secretStoreRefs: [{name: s}]\nselector:\n  secret: {name: a}\n  generatorRef: {kind: Password, name: p}\n${ONE}`,
      ),
      expect: [{ is: 'exclusive/rejected', line: 7 }],
    },
    {
      name: 'an empty selector',
      yaml: pushSecret(`secretStoreRefs: [{name: s}]\nselector:\n  secret: {}\n${ONE}`),
      expect: [{ is: 'missing/fails', line: 8, says: 'could not get source secret' }],
    },
    {
      name: 'dataTo without a store',
      yaml: pushSecret(`${BASE}\ndataTo:\n  - remoteKey: k`),
      expect: [{ is: 'missing/rejected', line: 9, says: '"storeRef must specify either name or labelSelector"' }],
    },
    {
      name: 'dataTo with a store that is not listed',
      yaml: pushSecret(`${BASE}\ndataTo:\n  - remoteKey: k\n    storeRef: {name: other}`),
      expect: [{ is: 'value/fails', line: 10, says: 'dataTo[0]: storeRef "other" not found in secretStoreRefs' }],
    },
    {
      name: 'remoteKey and rewrite',
      yaml: pushSecret(
        `${BASE}\ndataTo:\n  - remoteKey: k\n    storeRef: {name: s}\n    rewrite: [{regexp: {source: a, target: b}}]`,
      ),
      expect: [{ is: 'exclusive/rejected', line: 11, says: 'remoteKey and rewrite are mutually exclusive' }],
    },
    {
      name: 'regexp and transform',
      yaml: pushSecret(
        `${BASE}\ndataTo:\n  - storeRef: {name: s}\n    rewrite:\n      - {regexp: {source: a, target: b}, transform: {template: a}}`,
      ),
      expect: [{ is: 'exclusive/rejected', line: 11, says: '"exactly one of regexp or transform must be set"' }],
    },
    {
      name: 'two entries for one place',
      yaml: pushSecret(
        `${BASE}\ndata:\n  - match: {secretKey: a, remoteRef: {remoteKey: k, property: p}}\n  - match: {secretKey: b, remoteRef: {remoteKey: k, property: q}}\n  - match: {secretKey: c, remoteRef: {remoteKey: k, property: p}}`,
      ),
      expect: [
        {
          is: 'exclusive/fails',
          line: 11,
          says: 'duplicate remote key "k" with property "p": source keys "a" and "c" both map to the same destination',
        },
      ],
    },
    { name: 'nothing to push', yaml: pushSecret(BASE), expect: [{ is: 'missing/ignored', line: 5 }] },
    {
      name: 'the same in a ClusterPushSecret',
      yaml: object(
        'ClusterPushSecret',
        'external-secrets.io/v1alpha1',
        `pushSecretSpec:\n  secretStoreRefs: [{kind: SecretStore}]\n  selector: {secret: {name: src}}\n  ${ONE}`,
      ),
      expect: [{ is: 'missing/fails', line: 7 }],
    },
  ]
  it.each(cases)('$name', run)
})

describe('field.md §6: what must stay quiet', () => {
  const cases: Case[] = [
    {
      name: 'placeholders',
      yaml: externalSecret(
        'secretStoreRef: {name: <STORE_NAME>, kind: "${KIND}"}\ndata:\n  - {secretKey: REPLACE_IN_OVERLAY, remoteRef: {key: UPDATE IN OVERLAY}}',
      ),
      expect: [],
    },
    {
      name: 'variables in typed fields',
      yaml: store('readYourWrites: ${RYW}\nversion: ${KV_VERSION}\nauth: ${AUTH}'),
      expect: [],
    },
    { name: 'a list that is a variable', yaml: externalSecret('data: ${DATA}'), expect: [] },
    {
      name: 'Helm that parsed as YAML',
      yaml: externalSecret(
        'data:\n  - secretKey: {"[object Object]": null}\n    remoteRef:\n      key: {"{ .Values.key }": null}\n"{{ if .Values.x }}": a',
      ),
      expect: [],
    },
    { name: '$patch', yaml: externalSecret('$patch: delete'), expect: [] },
    {
      name: 'nulls in optional fields',
      yaml: externalSecret(`${DATA}\ntarget:\nrefreshInterval:\nsecretStoreRef:`),
      expect: [],
    },
    {
      name: 'other providers',
      yaml: object('SecretStore', 'external-secrets.io/v1', 'provider:\n  aws: {whatever: [1, 2]}'),
      expect: [],
    },
    {
      name: 'other generators',
      yaml: object('Password', 'generators.external-secrets.io/v1alpha1', 'anything: goes'),
      expect: [],
    },
    { name: 'other kinds', yaml: object('ExternalSecret', 'example.com/v1', 'anything: goes'), expect: [] },
    {
      name: 'a patch sets what is missing',
      yaml: externalSecret('dataFrom:\n  - extract:\n      key: # set by the overlay'),
      options: { patched: [['spec', 'dataFrom', 0, 'extract', 'key']] },
      expect: [],
    },
    {
      name: 'a patch that may change anything',
      yaml: externalSecret('refreshInterval: 1h'),
      options: { patched: [[]] },
      expect: [],
    },
    {
      name: 'only a generator',
      yaml: externalSecret(
        'dataFrom:\n  - sourceRef:\n      generatorRef: {apiVersion: generators.external-secrets.io/v1alpha1, kind: Password, name: p}',
      ),
      expect: [],
    },
    {
      name: 'free metadata of a push',
      yaml: pushSecret(
        'secretStoreRefs: [{name: s}]\nselector: {secret: {name: a}}\ndata:\n  - match: {remoteRef: {remoteKey: k}}\n    metadata: {any: {thing: 1}}',
      ),
      expect: [],
    },
  ]
  it.each(cases)('$name', run)
})
