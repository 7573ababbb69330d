import type { ConfigSays, Decision } from '../../model/decision.ts'
import type {
  ConditionReason,
  DeclaredVersions,
  HolePlace,
  LoginReason,
  ManifestReason,
  NotCheckedReason,
  ObstacleReason,
  OpenLaw,
  PatchReason,
  RenderReason,
  StoreReason,
  TemplateReason,
  UnknownStoreReason,
  UnreadReason,
  ValuesReason,
} from '../../model/reason.ts'
import { formatSpan, type Span } from '../../model/span.ts'
import { counted, listed, upper } from '../../model/wording.ts'
import { failureText } from './failure.ts'
import { lawText } from './law.ts'

function versionsText({ of, name, places }: DeclaredVersions): string {
  return `${of} \`${name}\` is declared ${listed(places.map(({ file, line }) => `in ${file}:${line}`))}`
}

function openText({ of, name, part, place }: OpenLaw): string {
  const at = place === undefined ? '' : ` (in ${place.file}:${place.line})`
  return of === 'role'
    ? `Tokens of role \`${name}\`${at} may have more policies, from ${openPart(part)}, and these may allow it`
    : `More rules of policy \`${name}\`${at} may come from ${openPart(part)}, and may allow it`
}

/** Code as it is written, and what is told in words. */
function openPart(part: string): string {
  return part.includes(' ') && !part.startsWith('%') ? part : `\`${part}\``
}

/** The reason of a decision, and the defaults at which it was taken. */
export function decisionText({
  because,
  assumed = [],
  said = [],
}: Pick<Decision, 'because' | 'assumed' | 'said'>): string {
  const defaults = assumed.map((name) => `\`${name}\``)
  return (
    `${reasonText(because)}.${defaults.length === 0 ? '' : ` This is with the default of ${listed(defaults)}.`}` +
    (said.length === 0 ? '' : ` ${configSaysText(said)}`)
  )
}

/** What of a decision rests on the config, as a sentence. */
function configSaysText(said: readonly ConfigSays[]): string {
  const parts = said.map(({ of, name, span }) => `${CONFIG_SAYS[of]} \`${name}\` (${formatSpan(span)})`)
  return `The config says ${listed([...new Set(parts)])}; Git does not.`
}

const CONFIG_SAYS: Readonly<Record<ConfigSays['of'], string>> = {
  store: 'store',
  role: 'role',
  policies: 'which policies the token has of store',
  policy: 'which file is policy',
}

/** So many places are named; the others are counted. */
const PLACES = 3

/**
 * Why something is not checked, why a request is allowed or denied, why a store is not known: a sentence part without a full stop. What
 * another program says stands in it as it is.
 */
export function reasonText(reason: NotCheckedReason | UnknownStoreReason | ConditionReason): string {
  switch (reason.code) {
    case 'variable-unresolved':
    case 'placeholder':
    case 'patched':
    case 'values-elsewhere':
    case 'key-missing':
    case 'key-not-text':
    case 'remote-key-missing':
    case 'source-keys-unknown':
    case 'rewrite-not-followed':
    case 'match-regexp-invalid':
    case 'other-controller':
    case 'eso-fails':
      return manifestText(reason)
    case 'store-absent':
    case 'store-foreign':
    case 'store-duplicate':
    case 'store-unknown':
    case 'stores-log-in-differently':
    case 'store-kind-unknown':
    case 'generator-group-unknown':
    case 'no-store-selected':
    case 'stores-differ':
    case 'store-namespaces-unknown':
    case 'namespace-unknown':
    case 'cluster-unknown':
    case 'store-name-unresolved':
      return storeText(reason)
    case 'conditions-need-namespace':
    case 'namespace-labels-unknown':
    case 'conditions-differ':
      return conditionText(reason)
    case 'no-auth':
    case 'method-names-no-role':
    case 'role-policies-not-told':
    case 'token-policies-unknown':
    case 'role-not-named':
    case 'user-not-in-git':
    case 'role-not-in-git':
    case 'role-absent':
    case 'role-conflict':
    case 'no-role-admits':
    case 'no-store-admits':
    case 'role-id-unknown':
    case 'name-unresolved':
    case 'policy-not-in-git':
    case 'policy-written-elsewhere':
    case 'policy-text-unknown':
    case 'versions-agree':
    case 'versions-differ':
    case 'mount-not-in-git':
    case 'auth-mount-not-in-git':
      return loginText(reason)
    case 'server-hides':
    case 'snapshot-hides':
    case 'not-in-snapshot':
    case 'server-does-not-tell':
    case 'keys-hidden':
      return withoutStop(reason.says)
    case 'property-in-value':
      return 'the secret is there, and whether its property is depends on a value, which is not read'
    case 'policy-text-invalid':
      return `its text in Git does not parse (${reason.says})${NOT_COMPARED}`
    case 'template-elsewhere':
    case 'template-engine-v1':
    case 'template-variable':
    case 'template-of-helm':
      return templateText(reason)
    case 'run-time-over':
    case 'own-bug':
    case 'path-too-long':
    case 'root-allows':
    case 'help-is-free':
    case 'policy-unreadable':
    case 'rule-decides':
    case 'no-rule-covers':
    case 'rule-part-unknown':
    case 'all-allow':
    case 'none-allows':
    case 'path-part-unknown':
    case 'servers-differ':
      return lawText(reason)
    case 'file-unreadable':
    case 'folder-unreadable':
    case 'file-too-large':
    case 'files-too-large':
    case 'documents-too-many':
    case 'sops':
    case 'chart-template':
    case 'yaml-unparseable':
    case 'yaml-unusable':
    case 'yaml-too-deep':
    case 'yaml-template':
    case 'yaml-template-keys':
      return unreadText(reason)
    default:
      return renderText(reason)
  }
}

/** By which reasons are counted together: one cause, which one thing mends, whatever path or request it stands in the way of. */
export function reasonGroup(reason: NotCheckedReason): string {
  if ('part' in reason && reason.part === true) return reason.code
  // The parser's words stand in a note at the place.
  if (reason.code.startsWith('yaml-')) return reasonText(reason)
  switch (reason.code) {
    case 'patched':
      return JSON.stringify([reason.code, reason.of])
    case 'policy-text-unknown':
      return JSON.stringify([reason.code, reason.policies, reason.open.map(({ of, name, part }) => [of, name, part])])
    case 'rule-part-unknown':
      return JSON.stringify([reason.code, reason.unknown, reason.rule.path])
    case 'path-part-unknown':
      return JSON.stringify([reason.code, reason.unknown])
    case 'not-in-snapshot':
      return reason.code
    case 'chart-template':
      return JSON.stringify([reason.code, reason.because])
    case 'versions-differ':
      return JSON.stringify([reason.code, reason.declared.map(({ of, name }) => [of, name])])
    case 'variable-unresolved':
    case 'placeholder':
      return JSON.stringify([reason.code, reason.in, reason.holes[0]])
    default:
      return JSON.stringify(reason)
  }
}

/** The reason of many things that are counted together; there is at least one. */
export function groupText(reasons: readonly NotCheckedReason[]): string {
  const [first] = reasons
  if (first === undefined) return ''
  const others = new Set(reasons.map(reasonText)).size - 1
  const text = reasonText(first)
  if (others === 0) return text
  switch (first.code) {
    case 'patched':
      return `${text} (and ${counted(others, 'other patch', 'other patches')})`
    case 'policy-text-unknown':
      return unknownLawText(first)
    case 'not-in-snapshot':
      return `${text} (and ${counted(others, 'other part', 'other parts')})`
    case 'variable-unresolved':
    case 'placeholder':
      return reasonText({ ...first, holes: first.holes.slice(0, 1) })
    case 'rule-part-unknown':
    case 'path-part-unknown':
    case 'versions-differ':
      return `${text} (the first of ${others + 1})`
    default:
      return text
  }
}

/** Why a file or a document was not read. */
function unreadText(reason: UnreadReason): string {
  switch (reason.code) {
    case 'file-unreadable':
      return `the file cannot be read (${reason.errno})`
    case 'folder-unreadable':
      return `the folder cannot be listed (${reason.errno})`
    case 'file-too-large':
      return `the file is larger than ${reason.mib} MiB`
    case 'files-too-large':
      return `all files together are larger than ${reason.mib} MiB. Give narrower paths`
    case 'documents-too-many':
      return `all files together hold more than ${reason.documents} documents. Give narrower paths`
    case 'sops':
      return 'the file is encrypted by SOPS'
    case 'chart-template':
      return reason.because === undefined
        ? 'a template of a Helm chart is not read before it is rendered. Give the rendered manifests with "rendered"'
        : reason.because.code === 'chart-refused'
          ? renderText(reason.because)
          : `its chart was not rendered: ${renderText(reason.because)}`
    case 'yaml-unparseable':
      return 'the document is not valid YAML'
    case 'yaml-unusable':
      return 'the document cannot be used as it stands'
    case 'yaml-too-deep':
      return 'the document is nested too deep'
    case 'yaml-template':
      return `the document is a template (it holds ${reason.holds}) that nothing rendered. Give the rendered manifests with "rendered"`
    case 'yaml-template-keys':
      return 'the document is a template that nothing rendered. Give the rendered manifests with "rendered"'
  }
}

/** The reason as a sentence of its own. */
export function reasonSentence(reason: NotCheckedReason | UnknownStoreReason): string {
  return `${upper(reasonText(reason))}.`
}

const NOT_COMPARED = ", so it is not compared with the server's"

const HOLE_IN: Readonly<Record<HolePlace, string>> = {
  key: 'the key',
  'store-path': 'the path of the store',
  'store-name': 'the name of the store',
  'generator-name': 'the name of the generator',
  'metadata-policy': '`metadataPolicy`',
  'match-regexp': '`match.regexp`',
  'policy-text': 'its text',
}

function manifestText(reason: ManifestReason): string {
  switch (reason.code) {
    case 'variable-unresolved':
      return `${HOLE_IN[reason.in]} holds ${listed(reason.holes)}, which nothing in Git resolves${reason.in === 'policy-text' ? NOT_COMPARED : ''}`
    case 'placeholder':
      return `${HOLE_IN[reason.in]} holds ${listed(reason.holes)}, a placeholder that nothing in Git fills in`
    case 'patched':
    case 'values-elsewhere':
      return patchText(reason)
    case 'key-missing':
      return 'the key is missing'
    case 'key-not-text':
      return 'the key is not a text'
    case 'remote-key-missing':
      return 'the remoteKey is missing or not a text'
    case 'source-keys-unknown':
      return 'the keys of the source Secret are not in Git'
    case 'rewrite-not-followed':
      return 'a rewrite template that is not followed names the key'
    case 'match-regexp-invalid':
      return `\`match.regexp\` does not compile: ${reason.says}`
    case 'other-controller':
      return `${reason.kind} ${reason.name} is for the controller class "${reason.wants}", and this ESO runs as "${reason.runs}"`
    case 'eso-fails':
      return failureText(reason.failsWith)
  }
}

function templateText(reason: Exclude<TemplateReason, PatchReason>): string {
  switch (reason.code) {
    case 'template-elsewhere':
      return `the template is in ${reason.kind} \`${reason.name}\`, which is not looked into`
    case 'template-engine-v1':
      return 'templates of engine v1 are not looked into'
    case 'template-variable':
      return 'a variable stands inside `{{ }}`, so what the template will say is not known'
    case 'template-of-helm':
      return 'it is a Helm template that nothing rendered. Give the rendered manifests with "rendered"'
  }
}

function patchText(reason: PatchReason): string {
  const { of } = reason
  const text =
    reason.code === 'patched'
      ? `a patch (${formatSpan(reason.place)}) may change it, and could not be applied here`
      : `its chart makes it of values that ${VALUES_ARE[reason.kind]} (${reason.name})`
  if (of === undefined) return text
  return of === 'conditions' ? `the conditions of the store: ${text}` : `of its ${of.kind} ${of.name}: ${text}`
}

const VALUES_ARE: Readonly<Record<ValuesReason['kind'], string>> = {
  secret: 'stand in a Secret, which Git does not hold',
  'config-map': 'stand in a ConfigMap that Git does not hold',
  substituted: 'stand in a ConfigMap with variables that Flux fills in',
  'target-path':
    'a `targetPath` and `values` of the HelmRelease both set: the documentation and the code of Flux differ on which wins',
  'other-repository': 'stand in a file of another repository',
  address: 'are fetched from an address',
  encrypted: 'stand in a file that is encrypted by SOPS',
  variable: 'only its deployer knows',
  'unnamed-file': 'stand in a file whose name only its deployer knows',
  absent: 'stand in a file that is not there',
  installer: 'whoever installs it chooses',
}

function storeText(reason: StoreReason | Exclude<UnknownStoreReason, ManifestReason>): string {
  switch (reason.code) {
    case 'store-absent':
      // In another cluster there may be one of that name.
      return `Git holds no ${reason.name ?? reason.what} that it could use`
    case 'store-foreign':
      return `its ${reason.what} uses the provider ${reason.provider ?? 'of another kind'}, not Vault`
    case 'store-duplicate':
      return `Git holds ${counted(reason.places.length, reason.what)} of that name that one cluster would get: ${placesText(reason.places)}`
    case 'store-unknown':
      return `its ${reason.what} is not known: ${reasonText(reason.because)}`
    case 'stores-log-in-differently':
      return `Git holds ${counted(reason.places.length, 'store')} of that name that log in differently, and does not tell which one this is: ${placesText(reason.places)}`
    case 'store-kind-unknown':
      return `"${reason.kind}" is no kind of store`
    case 'generator-group-unknown':
      return `generators are of the group ${reason.known}`
    case 'no-store-selected':
      return 'no store in Git carries the labels that it selects'
    case 'stores-differ':
      return `Git holds several different stores of that name, none nearer than the others: ${placesText(reason.places)}`
    case 'store-namespaces-unknown':
      return `Git holds ${counted(reason.count, 'SecretStore')} "${reason.name}" whose namespace nothing says`
    case 'namespace-unknown':
      return `nothing in Git says the namespace, and Git holds ${counted(reason.count, 'SecretStore')} "${reason.name}"`
    case 'cluster-unknown':
      return `nothing in Git says which cluster it goes to, and the stores of that name differ between ${listed(reason.clusters)}: ${placesText(reason.places)}`
    case 'store-name-unresolved':
      return `the name of ${reason.kind} "${reason.name}" in Git holds a variable`
  }
}

function conditionText(reason: Exclude<ConditionReason, PatchReason>): string {
  switch (reason.code) {
    case 'conditions-need-namespace':
      return 'nothing in Git says the namespace, and the store has conditions on it'
    case 'namespace-labels-unknown':
      return `Git does not hold all labels of namespace ${reason.namespace}`
    case 'conditions-differ':
      return `stores of that name differ in their conditions: ${placesText(reason.places)}`
  }
}

function loginText(reason: LoginReason): string {
  switch (reason.code) {
    case 'no-auth':
      return `${reason.kind} ${reason.store} has no \`auth\`: which policies its requests have is not known`
    case 'method-names-no-role':
      return `${reason.kind} ${reason.store} logs in with \`${reason.method}\`, which names no role: which policies its token has is not known`
    case 'role-policies-not-told':
      return `the policies of role \`${reason.role}\` are not told where it is declared`
    case 'token-policies-unknown':
      return `which policies the token of ${reason.store} has is not known`
    case 'role-not-named':
      return `the store names no role of auth mount \`${reason.authMount}\``
    case 'user-not-in-git':
      return `user \`${reason.username}\` of auth mount \`${reason.authMount}\` is not in Git, and Vault was not asked`
    case 'no-role-admits':
      return `no role in Git is known to admit ServiceAccount ${reason.account}`
    case 'no-store-admits':
      return `no store in Git is known to admit namespace ${reason.namespace}`
    case 'role-not-in-git':
      return `role \`${reason.role}\` of auth mount \`${reason.authMount}\` is not in Git, and Vault was not asked`
    case 'role-absent':
      return `role \`${reason.role}\` does not exist on auth mount \`${reason.authMount}\``
    case 'role-conflict': {
      const places = reason.places.length === 0 ? '' : `: ${placesText(reason.places)}`
      return `role \`${reason.role}\` is declared ${counted(reason.count, 'time')}, with different content${places}`
    }
    case 'role-id-unknown': {
      const advice = reason.store === undefined ? '' : ``
      return `which role of auth mount \`${reason.authMount}\` has the role id is told neither by Git nor by a server${advice}`
    }
    case 'name-unresolved': {
      const where = reason.place === undefined ? 'in the config' : `in ${formatSpan(reason.place)}`
      return `${reason.of} \`${reason.name}\` may be \`${reason.like}\` (${where}), whose variables are not known`
    }
    case 'policy-not-in-git':
      return `policy \`${reason.policy}\` is not in Git, and Vault was not asked`
    case 'policy-written-elsewhere':
      return `policy \`${reason.policy}\` is written from a text that the files that were read do not hold`
    case 'policy-text-unknown':
      return [lawText(reason.because), ...unknownLaw(reason)].join('. ')
    case 'versions-agree':
      return `${reasonText(reason.because)} (${listed(reason.declared.map(versionsText))}, and each says so)`
    case 'versions-differ':
      return `${listed(reason.declared.map(versionsText))}, and they differ: one way, ${reasonText(reason.one)}; the other way, ${reasonText(reason.other)}`
    case 'mount-not-in-git':
      return `nothing in Git enables an engine at \`${reason.path}/\`, and Vault was not asked`
    case 'auth-mount-not-in-git':
      return `nothing in Git enables an auth method at \`${reason.path}/\`, and Vault was not asked`
  }
}

/** What of the law nobody holds, a sentence each. */
function unknownLaw({ policies, open }: Extract<LoginReason, { readonly code: 'policy-text-unknown' }>): string[] {
  const names = policies.map((name) => `\`${name}\``).join(', ')
  const texts = `The text of ${policies.length === 1 ? 'policy' : 'policies'} ${names} is not known, and may allow it`
  return [...(policies.length === 0 ? [] : [texts]), ...open.map(openText)]
}

/** The same of many requests, without what is known of each. */
function unknownLawText(reason: Extract<LoginReason, { readonly code: 'policy-text-unknown' }>): string {
  const text = unknownLaw(reason).join('. ')
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`
}

const PART_REASON: Readonly<Partial<Record<ObstacleReason['code'], string>>> = {
  'needs-remote': 'nothing is fetched over the network',
  'needs-helm': 'Helm charts are not rendered',
}

/** How the obstacle can be taken out of the way; without a full stop. */
const OBSTACLE_ADVICE: Readonly<Partial<Record<RenderReason['code'], string>>> = {
  'needs-remote': 'Allow it with allow-remote-bases, or give the rendered manifests with "rendered"',
  'needs-helm': 'Allow it with enable-helm, or give the rendered manifests with "rendered"',
  'needs-plugin': 'Render it yourself and give the manifests with "rendered"',
}

const HELM_STOPPED: Readonly<Record<Extract<RenderReason, { code: 'helm-stopped' }>['by'], (limit: number) => string>> =
  {
    time: (seconds) => `helm did not end within ${seconds} seconds`,
    memory: (gib) => `helm needs more memory for it than the ${gib} GiB that it may take`,
    runs: (runs) => `so many charts are rendered already (${runs} times, or for ten minutes) that this one is not`,
    system: () => 'helm could not be started, or something killed it',
  }

/** Why a root is not rendered, or a part of it. `kustomization`: how the one at the place of the reason is called. */
export function renderText(reason: RenderReason, kustomization = 'the kustomization'): string {
  switch (reason.code) {
    case 'needs-remote':
    case 'needs-helm':
    case 'needs-plugin':
    case 'leaves-repository':
    case 'file-absent':
    case 'includes-itself':
    case 'kustomization-too-large':
    case 'kustomization-unreadable':
    case 'not-a-manifest': {
      const advice = OBSTACLE_ADVICE[reason.code]
      // What the part does is told with the part; here is one reason for all of a kind, so that they are counted together.
      const why =
        reason.part === true
          ? (PART_REASON[reason.code] ?? 'it is not rendered here')
          : `${reason.file ?? kustomization} ${reason.says}`
      return advice === undefined ? why : `${why}. ${advice}`
    }
    case 'run-time-over':
      return lawText(reason)
    case 'kustomize-fails':
      return `kustomize says: ${withoutStop(reason.says)}`
    case 'kustomize-too-slow':
      return `kustomize did not end within ${reason.seconds} seconds`
    case 'output-too-large':
      return `its output is larger than ${reason.mib} MiB`
    case 'kustomize-not-started':
      return 'kustomize could not be started'
    case 'kustomize-killed':
      return 'something killed kustomize (perhaps the machine ran out of memory)'
    case 'kustomize-needs-memory':
      return `kustomize needs more memory for it than the ${reason.gib} GiB that it may take`
    case 'kustomize-unusable':
      return `${reason.found.join('; ')}. Install kustomize 5`
    case 'helm-fails':
      return `helm says: ${withoutStop(reason.says)}`
    case 'helm-stopped':
      return HELM_STOPPED[reason.by](reason.limit)
    case 'helm-absent':
      return 'there is no helm on PATH to render the chart. Install helm 3.16 or later, or give the rendered manifests with "rendered"'
    case 'helm-off':
      return '`render-helm` is `never`, so the chart is not rendered'
    case 'helm-unusable':
      return `${reason.found.join('; ')}. Install helm 3.16 or later`
    case 'chart-refused':
      return `the chart is not rendered: ${reason.says}`
    case 'copy-fails':
      return reason.says
    case 'not-traced':
      return 'its objects cannot be led back to files'
    case 'chart':
      return 'its path is a Helm chart. Give the rendered manifests with "rendered"'
    case 'prints-nothing':
      return 'kustomize ended well and printed nothing'
    case 'output-unreadable':
      return 'what was printed for it is not YAML'
    case 'plugin-source':
      return 'a plugin of Argo CD renders it. Give the rendered manifests with "rendered"'
    case 'artifact':
      return `its source is ${reason.source}, and Git does not tell from which folder that is made`
    case 'foreign-source':
      return `its source is another repository (${reason.address})`
    case 'path-absent':
      return `its path ${reason.path} does not exist in this repository`
    case 'kind-not-followed':
      return `what a ${reason.kind} makes is not followed`
    case 'generator-unknown':
      return `its generators (${reason.generators.join(', ')}) ask what is not in Git. Give the rendered manifests with "rendered"`
    case 'generators-too-large':
      return `its generators give more than ${reason.sets} sets of parameters, and the others are not followed. Give the rendered manifests with "rendered"`
    case 'argocd-refuses':
      return `Argo CD refuses it: ${reason.says}`
    case 'chart-absent':
      return `${reason.folder} is taken for a Helm chart and has no Chart.yaml`
    case 'values-file-absent':
      return `its values file ${reason.file} does not exist, and without it nothing is rendered`
    case 'patch-unfilled':
      return 'its templatePatch takes from its generators what Git does not tell. Give the rendered manifests with "rendered"'
    case 'path-unfilled': {
      const needs = reason.generators.length === 0 ? 'the template' : `its generators (${reason.generators.join(', ')})`
      return `its path ${reason.path} takes from ${needs} what Git does not tell. Give the rendered manifests with "rendered"`
    }
  }
}

function placesText(places: readonly Span[]): string {
  const all = [...new Set(places.map(formatSpan))]
  const more = all.length > PLACES ? [`${all.length - PLACES} more`] : []
  return listed([...all.slice(0, PLACES), ...more])
}

/** Whole sentences of others, where one of ours goes on. */
function withoutStop(text: string): string {
  return text.replace(/\.$/, '')
}
