import type { RuleSays } from '../../model/law-reason.ts'
import type { NotCheckedReason, PatchReason } from '../../model/reason.ts'
import { counted } from '../../model/wording.ts'
import { shortLaw } from './law.ts'

/**
 * Why something was not checked, as a clause for a headline: the one thing that is missing, without places, lists and advice. Names stand in
 * backticks, where a headline can shorten them.
 */
export function briefReason(reason: NotCheckedReason): string {
  switch (reason.code) {
    case 'variable-unresolved':
      return `${hole(reason.holes)} has no value in Git`
    case 'placeholder':
      return `nothing in Git fills in ${hole(reason.holes)}`
    case 'patched':
    case 'values-elsewhere':
      return patch(reason)
    case 'store-absent':
      return reason.name === undefined ? `the ${reason.what} is not in Git` : `${quotedName(reason.name)} is not in Git`
    case 'store-foreign':
      return `the ${reason.what} is not Vault's`
    case 'store-duplicate':
      return `Git has several ${reason.what}s of one name`
    case 'store-unknown':
      return `Git does not say which ${reason.what} is used`
    case 'namespace-labels-unknown':
      return `the labels of namespace \`${reason.namespace}\` are not in Git`
    case 'template-elsewhere':
      return `the template is in ${reason.kind} \`${reason.name}\``
    case 'no-auth':
    case 'method-names-no-role':
    case 'role-policies-not-told':
    case 'token-policies-unknown':
      return `the policies of store \`${reason.store}\` are not in Git`
    case 'user-not-in-git':
      return `user \`${reason.username}\` is not in Git`
    case 'no-role-admits':
      return `no role in Git admits ServiceAccount \`${reason.account}\``
    case 'no-store-admits':
      return `no store in Git admits namespace \`${reason.namespace}\``
    case 'role-not-in-git':
      return `role \`${reason.role}\` is not in Git`
    case 'role-absent':
      return `role \`${reason.role}\` does not exist`
    case 'role-conflict':
      return `role \`${reason.role}\` is declared ${counted(reason.count, 'time')}`
    case 'name-unresolved':
      return `the name of ${reason.of} \`${reason.name}\` holds a variable`
    case 'policy-not-in-git':
    case 'policy-written-elsewhere':
      return `policy \`${reason.policy}\` is not in Git`
    case 'versions-agree':
      return briefReason(reason.because)
    case 'mount-not-in-git':
      return `mount \`${reason.path}/\` is not in Git`
    case 'auth-mount-not-in-git':
      return `auth mount \`${reason.path}/\` is not in Git`
    case 'file-unreadable':
      return `the file cannot be read (${reason.errno})`
    case 'folder-unreadable':
      return `the folder cannot be listed (${reason.errno})`
    case 'file-too-large':
      return `the file is larger than ${reason.mib} MiB`
    case 'files-too-large':
      return `the files are larger than ${reason.mib} MiB`
    case 'documents-too-many':
      return `the files hold more than ${reason.documents} documents`
    case 'chart-template':
      return reason.because === undefined ? 'a Helm chart was not rendered' : briefReason(reason.because)
    case 'path-too-long':
      return `the path is longer than ${reason.limit} characters`
    case 'policy-unreadable':
      return `policy \`${reason.policy}\` could not be read`
    case 'rule-decides':
      return `rule \`${reason.rule.path}\` ${says(reason.says)}`
    case 'no-rule-covers':
      return reason.empty ? 'the policies have no rules' : 'no rule covers the path'
    case 'rule-part-unknown':
    case 'path-part-unknown':
      return `${hole(reason.unknown)} is not known`
    case 'path-absent':
      return `path \`${reason.path}\` does not exist`
    case 'kind-not-followed':
      return `what a \`${reason.kind}\` makes is not followed`
    case 'chart-absent':
      return `\`${reason.folder}\` has no Chart.yaml`
    case 'values-file-absent':
      return `values file \`${reason.file}\` does not exist`
    case 'policy-text-unknown': {
      const [first, ...others] = reason.policies
      if (first === undefined) return 'not all policies are in Git'
      return others.length === 0
        ? `policy \`${first}\` is not in Git`
        : `${reason.policies.length} policies are not in Git`
    }
    case 'versions-differ': {
      const [first] = reason.declared
      return first === undefined ? 'Git declares it twice' : `Git declares ${first.of} \`${first.name}\` twice`
    }
    default:
      return NAMELESS[reason.code] ?? 'it could not be rendered'
  }
}

/** What is not here keeps a root from being rendered, in one of many ways that the full reason tells. */
const NAMELESS: Readonly<Partial<Record<NotCheckedReason['code'], string>>> = {
  'policy-text-invalid': 'the policy in Git does not parse',
  'help-is-free': 'every token may ask for help',
  'root-allows': 'policy `root` allows everything',
  'key-missing': 'the key is missing',
  'key-not-text': 'the key is not a text',
  'remote-key-missing': 'the remoteKey is missing',
  'source-keys-unknown': 'the keys of the source Secret are not in Git',
  'rewrite-not-followed': 'a rewrite template names the key',
  'match-regexp-invalid': '`match.regexp` does not compile',
  'other-controller': 'another ESO controller takes care of the store',
  'eso-fails': 'ESO fails before it asks Vault',
  'stores-log-in-differently': 'stores of one name log in differently',
  'conditions-need-namespace': 'Git does not say the namespace',
  'conditions-differ': 'stores of one name differ in their conditions',
  'server-hides': 'the CI token may not read a part of Vault',
  'snapshot-hides': 'the snapshot does not show a part of Vault',
  'not-in-snapshot': 'the snapshot does not hold it',
  'server-does-not-tell': 'Vault did not tell',
  'keys-hidden': 'the keys of the secret are hidden',
  'property-in-value': 'a value decides, and values are not read',
  'template-engine-v1': 'templates of engine v1 are not read',
  'template-variable': 'a variable stands inside `{{ }}`',
  'template-of-helm': 'a Helm template was not rendered',
  'role-not-named': 'the store names no role',
  'role-id-unknown': 'Git does not say whose AppRole id it is',
  sops: 'SOPS encrypts the file',
  'yaml-unparseable': 'the YAML is not valid',
  'yaml-unusable': 'the YAML cannot be used',
  'yaml-too-deep': 'the YAML is nested too deep',
  'yaml-template': 'nothing rendered the template',
  'yaml-template-keys': 'nothing rendered the template',
  'run-time-over': 'the time for the run was over',
  'own-bug': 'eso-vault has a bug',
  'all-allow': 'every rule that can decide allows it',
  'none-allows': 'no rule that can decide allows it',
  'servers-differ': 'versions of Vault judge differently',
  'needs-remote': 'a remote base is not fetched',
  'needs-helm': 'a Helm chart is not rendered',
  chart: 'a Helm chart is not rendered',
  'needs-plugin': 'a kustomize plugin is not run',
  'kustomize-fails': 'kustomize fails',
  'helm-fails': 'helm fails',
  'helm-absent': 'needs helm',
  'helm-unusable': 'needs helm',
  'helm-off': '`render-helm` is `never`',
  'plugin-source': 'an Argo CD plugin renders it',
  artifact: 'its source is an artifact',
  'foreign-source': 'its source is another repository',
  'generator-unknown': 'its generators ask what is not in Git',
}

/** The same for the end of a chain, where the law has room for the nearest rule. */
export function chainReason(reason: NotCheckedReason): string {
  switch (reason.code) {
    case 'rule-decides':
    case 'no-rule-covers':
      return shortLaw(reason)
    case 'versions-agree':
      return chainReason(reason.because)
    default:
      return briefReason(reason)
  }
}

/** The first of several: it is what counts. */
function hole(holes: readonly string[]): string {
  const [first] = holes
  return first === undefined ? 'a variable' : `\`${first}\``
}

function patch(reason: PatchReason): string {
  if (reason.code === 'patched') return 'a patch could not be applied'
  switch (reason.kind) {
    case 'secret':
    case 'config-map':
      return 'the values of its chart are not in Git'
    case 'other-repository':
    case 'address':
      return 'the values of its chart are elsewhere'
    case 'encrypted':
      return 'the values of its chart are encrypted'
    case 'substituted':
      return 'Flux fills in the values of its chart'
    case 'target-path':
      return 'Flux may use either of two values'
    case 'absent':
      return 'the values file of its chart does not exist'
    case 'variable':
    case 'unnamed-file':
    case 'installer':
      return 'the values of its chart are chosen elsewhere'
  }
}

/** `ClusterSecretStore vault` with the name in backticks. */
function quotedName(name: string): string {
  const space = name.lastIndexOf(' ')
  return space < 0 ? `\`${name}\`` : `${name.slice(0, space)} \`${name.slice(space + 1)}\``
}

function says({ code }: RuleSays): string {
  switch (code) {
    case 'grants':
      return 'allows it'
    case 'lacks':
    case 'denies':
    case 'not-grantable':
    case 'lacks-sudo':
      return 'does not allow it'
    case 'capabilities-unknown':
      return 'has unknown capabilities'
    case 'body-unknown':
    case 'limits-parameters':
      return 'limits parameters'
    case 'wants-wrapping':
    case 'wrapping-impossible':
      return 'needs a wrapped response'
    case 'limits-pages':
      return 'limits pages'
  }
}
