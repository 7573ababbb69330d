import type { RuleSays } from '../../src/model/law-reason.ts'
import type { NotCheckedReason, OfflineReason, Unfinished, UnknownStoreReason } from '../../src/model/reason.ts'
import type { Span } from '../../src/model/span.ts'

/**
 * Every reason there is, with names as long as repositories have them. The types hold that none is missing: a new code does not compile before
 * it has a sample here, so that its sentence is read by the tests of wording and length.
 */

/** Longer than any headline. */
export const LONG = 'a-name-that-somebody-chose-for-its-meaning-and-not-for-its-length-in-the-platform-team-of-emea'
export const LONG_PATH = `platform/${LONG}/clusters/production-europe-west-1/${LONG}`

const place = (line: number): Span => ({
  file: `${LONG_PATH}/vault/policies.tf`,
  line,
  column: 1,
  endLine: line,
  endColumn: 9,
})
const places = [1, 2, 3, 4, 5].map(place)
const rule = {
  path: `kv/data/${LONG_PATH}/*`,
  blocks: [{ policy: LONG, path: `kv/data/${LONG_PATH}/*`, capabilities: ['read'], span: place(3) }],
}
const noRule = {
  code: 'no-rule-covers',
  path: `kv/data/${LONG_PATH}`,
  policies: ['default', LONG],
  empty: false,
  nearest: { rule, hint: { code: 'lacks-side', side: 'data' } },
  open: false,
} as const
const declared = [
  { of: 'role', name: LONG, places },
  { of: 'policy', name: LONG, places },
] as const
const SAYS = 'GET auth/kubernetes/role/eso answered 403. Grant read on it.'

const RULE_SAYS: Readonly<Record<RuleSays['code'], RuleSays>> = {
  grants: { code: 'grants', capability: 'read' },
  lacks: { code: 'lacks', wanted: ['create', 'update'], grants: ['read', 'list'] },
  denies: { code: 'denies' },
  'not-grantable': { code: 'not-grantable', operation: 'help' },
  'lacks-sudo': { code: 'lacks-sudo', capability: 'read' },
  'capabilities-unknown': { code: 'capabilities-unknown', unknown: ['${CAPS}'] },
  'body-unknown': { code: 'body-unknown', capability: 'update' },
  'wants-wrapping': { code: 'wants-wrapping', limit: 'least', seconds: 60 },
  'wrapping-impossible': { code: 'wrapping-impossible' },
  'limits-parameters': { code: 'limits-parameters', says: '`options` is missing' },
  'limits-pages': { code: 'limits-pages', says: 'more than 10 entries' },
}

type Reasons = Readonly<Record<NotCheckedReason['code'], NotCheckedReason | readonly NotCheckedReason[]>>

const BY_CODE: Reasons = {
  'variable-unresolved': (
    ['key', 'store-path', 'store-name', 'generator-name', 'metadata-policy', 'match-regexp', 'policy-text'] as const
  ).map((hole) => ({ code: 'variable-unresolved', in: hole, holes: [`\${${LONG.toUpperCase()}}`, '${B}'] })),
  placeholder: { code: 'placeholder', in: 'key', holes: [`REPLACE_ME_${LONG}`] },
  patched: [
    { code: 'patched', place: place(9) },
    { code: 'patched', place: place(9), of: { kind: 'ClusterSecretStore', name: LONG } },
    { code: 'patched', place: place(9), of: 'conditions' },
  ],
  'values-elsewhere': (
    [
      'secret',
      'config-map',
      'substituted',
      'target-path',
      'other-repository',
      'address',
      'encrypted',
      'variable',
      'unnamed-file',
      'absent',
      'installer',
    ] as const
  ).map((kind) => ({ code: 'values-elsewhere', kind, name: LONG_PATH })),
  'key-missing': { code: 'key-missing' },
  'key-not-text': { code: 'key-not-text' },
  'remote-key-missing': { code: 'remote-key-missing' },
  'source-keys-unknown': { code: 'source-keys-unknown' },
  'rewrite-not-followed': { code: 'rewrite-not-followed' },
  'match-regexp-invalid': { code: 'match-regexp-invalid', says: 'missing closing )' },
  'other-controller': { code: 'other-controller', kind: 'ClusterSecretStore', name: LONG, wants: 'a', runs: 'b' },
  'eso-fails': { code: 'eso-fails', failsWith: { code: 'panics', says: 'runtime error: invalid memory address' } },
  'store-absent': [
    { code: 'store-absent', what: 'store', name: `ClusterSecretStore ${LONG}` },
    { code: 'store-absent', what: 'generator' },
  ],
  'store-foreign': { code: 'store-foreign', what: 'store', provider: 'aws' },
  'store-duplicate': { code: 'store-duplicate', what: 'generator', places },
  'store-unknown': { code: 'store-unknown', what: 'store', because: { code: 'stores-differ', places } },
  'stores-log-in-differently': { code: 'stores-log-in-differently', places },
  'conditions-need-namespace': { code: 'conditions-need-namespace' },
  'namespace-labels-unknown': { code: 'namespace-labels-unknown', namespace: LONG },
  'conditions-differ': { code: 'conditions-differ', places },
  'no-auth': { code: 'no-auth', kind: 'ClusterSecretStore', store: LONG },
  'method-names-no-role': { code: 'method-names-no-role', kind: 'SecretStore', store: LONG, method: 'tokenSecretRef' },
  'role-policies-not-told': { code: 'role-policies-not-told', role: LONG, store: LONG },
  'token-policies-unknown': { code: 'token-policies-unknown', store: LONG },
  'role-not-named': { code: 'role-not-named', authMount: LONG },
  'user-not-in-git': { code: 'user-not-in-git', username: LONG, authMount: LONG },
  'role-not-in-git': { code: 'role-not-in-git', role: LONG, authMount: LONG },
  'role-absent': { code: 'role-absent', role: LONG, authMount: LONG },
  'role-conflict': { code: 'role-conflict', role: LONG, authMount: LONG, places, count: 123_456 },
  'no-role-admits': { code: 'no-role-admits', account: `${LONG}/${LONG}` },
  'no-store-admits': { code: 'no-store-admits', namespace: LONG },
  'role-id-unknown': { code: 'role-id-unknown', authMount: LONG, store: LONG },
  'name-unresolved': { code: 'name-unresolved', of: 'policy', name: LONG, like: '${POLICY}', place: place(4) },
  'policy-not-in-git': { code: 'policy-not-in-git', policy: LONG },
  'policy-written-elsewhere': { code: 'policy-written-elsewhere', policy: LONG },
  'policy-text-unknown': [
    { code: 'policy-text-unknown', policies: [LONG], open: [], because: noRule },
    { code: 'policy-text-unknown', policies: [LONG, 'b', 'c'], open: [], because: noRule },
    {
      code: 'policy-text-unknown',
      policies: [],
      open: [{ of: 'role', name: LONG, part: 'var.policies', place: place(2) }],
      because: noRule,
    },
  ],
  'versions-agree': { code: 'versions-agree', declared, because: noRule },
  'versions-differ': { code: 'versions-differ', declared, one: noRule, other: { code: 'root-allows' } },
  'mount-not-in-git': { code: 'mount-not-in-git', path: LONG_PATH },
  'auth-mount-not-in-git': { code: 'auth-mount-not-in-git', path: LONG_PATH },
  'server-hides': { code: 'server-hides', says: SAYS },
  'snapshot-hides': { code: 'snapshot-hides', says: SAYS },
  'not-in-snapshot': { code: 'not-in-snapshot', says: SAYS },
  'server-does-not-tell': { code: 'server-does-not-tell', says: SAYS },
  'keys-hidden': { code: 'keys-hidden', says: SAYS },
  'property-in-value': { code: 'property-in-value' },
  'policy-text-invalid': { code: 'policy-text-invalid', says: 'line 3: no such capability' },
  'template-elsewhere': { code: 'template-elsewhere', kind: 'ConfigMap', name: LONG },
  'template-engine-v1': { code: 'template-engine-v1' },
  'template-variable': { code: 'template-variable' },
  'template-of-helm': { code: 'template-of-helm' },
  'run-time-over': { code: 'run-time-over' },
  'own-bug': { code: 'own-bug', error: 'TypeError: x is not a function' },
  'path-too-long': { code: 'path-too-long', limit: 10_000 },
  'root-allows': { code: 'root-allows' },
  'help-is-free': { code: 'help-is-free' },
  'policy-unreadable': { code: 'policy-unreadable', policy: LONG, says: 'line 3' },
  'rule-decides': Object.values(RULE_SAYS).map((says) => ({ code: 'rule-decides', rule, says })),
  'no-rule-covers': [noRule, { ...noRule, empty: true, nearest: undefined }],
  'rule-part-unknown': {
    code: 'rule-part-unknown',
    unknown: [`\${${LONG}}`],
    rule,
    more: 2,
    without: noRule,
    verdictWithout: 'denied',
  },
  'all-allow': {
    code: 'all-allow',
    path: LONG_PATH,
    policies: [LONG],
    first: { rule, says: RULE_SAYS.grants },
    more: 3,
  },
  'none-allows': {
    code: 'none-allows',
    path: LONG_PATH,
    policies: [LONG],
    first: { rule, says: RULE_SAYS.denies },
    more: 3,
  },
  'path-part-unknown': {
    code: 'path-part-unknown',
    unknown: [`\${${LONG}}`],
    path: LONG_PATH,
    either: [
      { rule, says: RULE_SAYS.grants },
      { rule: undefined, says: undefined },
    ],
  },
  'servers-differ': { code: 'servers-differ', verdicts: [] },
  'file-unreadable': { code: 'file-unreadable', errno: 'EACCES' },
  'folder-unreadable': { code: 'folder-unreadable', errno: 'EACCES' },
  'file-too-large': { code: 'file-too-large', mib: 10 },
  'files-too-large': { code: 'files-too-large', count: 123_456, mib: 512 },
  'documents-too-many': { code: 'documents-too-many', count: 123_456, documents: 200_000 },
  sops: { code: 'sops' },
  'chart-template': [{ code: 'chart-template' }, { code: 'chart-template', because: { code: 'helm-absent' } }],
  'yaml-unparseable': { code: 'yaml-unparseable', says: 'bad indentation', column: 3 },
  'yaml-unusable': { code: 'yaml-unusable', says: 'a key is written twice', column: 3 },
  'yaml-too-deep': { code: 'yaml-too-deep' },
  'yaml-template': { code: 'yaml-template', holds: '{{ }}', says: 'a template' },
  'yaml-template-keys': { code: 'yaml-template-keys', says: 'a template' },
  ...obstacles(),
  'kustomize-fails': { code: 'kustomize-fails', says: `accumulating resources: ${LONG_PATH}` },
  'kustomize-too-slow': { code: 'kustomize-too-slow', seconds: 60 },
  'output-too-large': { code: 'output-too-large', mib: 64 },
  'kustomize-not-started': { code: 'kustomize-not-started' },
  'kustomize-killed': { code: 'kustomize-killed' },
  'kustomize-needs-memory': { code: 'kustomize-needs-memory', gib: 4 },
  'kustomize-unusable': { code: 'kustomize-unusable', found: [`/usr/local/bin/${LONG} is version 3`] },
  'copy-fails': { code: 'copy-fails', says: 'there is no room on the disk' },
  'not-traced': { code: 'not-traced' },
  'prints-nothing': { code: 'prints-nothing' },
  'output-unreadable': { code: 'output-unreadable' },
  'helm-fails': { code: 'helm-fails', says: `execution error at (${LONG_PATH})` },
  'helm-stopped': (['time', 'memory', 'runs', 'system'] as const).map((by) => ({
    code: 'helm-stopped',
    by,
    limit: 120,
  })),
  'helm-absent': { code: 'helm-absent' },
  'helm-off': { code: 'helm-off' },
  'helm-unusable': { code: 'helm-unusable', found: [`/usr/local/bin/${LONG} is version 2`] },
  'chart-refused': { code: 'chart-refused', says: 'it names a dependency of another repository' },
  chart: { code: 'chart' },
  'plugin-source': { code: 'plugin-source' },
  artifact: { code: 'artifact', source: `OCIRepository ${LONG}` },
  'foreign-source': { code: 'foreign-source', address: `https://git.example.com/${LONG_PATH}` },
  'path-absent': { code: 'path-absent', path: LONG_PATH },
  'kind-not-followed': { code: 'kind-not-followed', kind: LONG },
  'generator-unknown': { code: 'generator-unknown', generators: ['clusters', 'plugin', 'scmProvider'] },
  'generators-too-large': { code: 'generators-too-large', sets: 10_000 },
  'path-unfilled': { code: 'path-unfilled', path: LONG_PATH, generators: ['clusters'] },
  'argocd-refuses': { code: 'argocd-refuses', says: `${LONG} is not allowed` },
  'chart-absent': { code: 'chart-absent', folder: LONG_PATH },
  'values-file-absent': { code: 'values-file-absent', file: `${LONG_PATH}/values.yaml` },
  'patch-unfilled': { code: 'patch-unfilled' },
}

function obstacles() {
  const says = `names a remote address (https://git.example.com/${LONG_PATH})`
  const of = <Code extends string>(code: Code) => [
    { code, says },
    { code, says, part: true as const },
  ]
  return {
    'needs-remote': of('needs-remote'),
    'needs-helm': of('needs-helm'),
    'needs-plugin': of('needs-plugin'),
    'leaves-repository': of('leaves-repository'),
    'file-absent': of('file-absent'),
    'includes-itself': of('includes-itself'),
    'kustomization-too-large': of('kustomization-too-large'),
    'kustomization-unreadable': of('kustomization-unreadable'),
    'not-a-manifest': of('not-a-manifest'),
  } as const
}

const UNKNOWN_STORE: Readonly<
  Record<Exclude<UnknownStoreReason['code'], NotCheckedReason['code']>, UnknownStoreReason>
> = {
  'store-kind-unknown': { code: 'store-kind-unknown', kind: LONG },
  'generator-group-unknown': { code: 'generator-group-unknown', known: 'generators.external-secrets.io' },
  'no-store-selected': { code: 'no-store-selected' },
  'stores-differ': { code: 'stores-differ', places },
  'store-namespaces-unknown': { code: 'store-namespaces-unknown', name: LONG, count: 3 },
  'namespace-unknown': { code: 'namespace-unknown', name: LONG, count: 3 },
  'cluster-unknown': { code: 'cluster-unknown', clusters: [LONG, 'b'], places },
  'store-name-unresolved': { code: 'store-name-unresolved', kind: 'SecretStore', name: LONG },
}

export const REASONS: readonly NotCheckedReason[] = [
  ...Object.values(BY_CODE).flat(),
  ...Object.values(UNKNOWN_STORE).map((because) => ({ code: 'store-unknown', what: 'store', because }) as const),
]

export const OFFLINE: readonly OfflineReason[] = Object.values({
  fork: { code: 'fork' },
  dependabot: { code: 'dependabot' },
  'no-credentials': { code: 'no-credentials' },
  'no-address': { code: 'no-address' },
  'nothing-given': { code: 'nothing-given' },
  'foreign-head': { code: 'foreign-head', event: 'pull_request_target', repository: `${LONG}/gitops` },
} satisfies Record<OfflineReason['code'], OfflineReason>)

export const UNFINISHED: readonly Unfinished[] = Object.keys({
  dns: 0,
  refused: 0,
  unreachable: 0,
  reset: 0,
  timeout: 0,
  tls: 0,
  'plain-http': 0,
  redirect: 0,
  'not-vault': 0,
  oversize: 0,
  sealed: 0,
  uninitialised: 0,
  standby: 0,
  'rate-limited': 0,
  'server-error': 0,
  'out-of-time': 0,
  token: 0,
  login: 0,
  unanswered: 0,
  hidden: 0,
  'hidden-in-snapshot': 0,
  'snapshot-old': 0,
  'run-time-over': 0,
  killed: 0,
  'own-bug': 0,
} satisfies Record<Unfinished, 0>) as Unfinished[]
