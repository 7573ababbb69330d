import type { LawReason, RuleSays } from '../../model/law-reason.ts'
import type {
  ConditionReason,
  LoginReason,
  ManifestReason,
  NotCheckedReason,
  PatchReason,
  RenderReason,
  ServerReason,
  StoreReason,
  TemplateReason,
  UnreadReason,
} from '../../model/reason.ts'
import { counted } from '../../model/wording.ts'
import { shortLaw } from './law.ts'

/**
 * Why something was not checked, as a clause for a headline: the one thing that is missing, without places, lists and advice. Names stand in
 * backticks, where a headline can shorten them.
 */
export function briefReason(reason: NotCheckedReason): string {
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
      return manifest(reason)
    case 'store-absent':
    case 'store-foreign':
    case 'store-duplicate':
    case 'store-unknown':
    case 'stores-log-in-differently':
      return store(reason)
    case 'conditions-need-namespace':
    case 'namespace-labels-unknown':
    case 'conditions-differ':
      return condition(reason)
    case 'server-hides':
    case 'snapshot-hides':
    case 'not-in-snapshot':
    case 'server-does-not-tell':
    case 'keys-hidden':
    case 'property-in-value':
      return server(reason)
    case 'template-elsewhere':
    case 'template-engine-v1':
    case 'template-variable':
    case 'template-of-helm':
      return template(reason)
    case 'policy-text-invalid':
      return 'the policy in Git does not parse'
    case 'no-auth':
    case 'method-names-no-role':
    case 'role-policies-not-told':
    case 'token-policies-unknown':
    case 'role-not-named':
    case 'user-not-in-git':
    case 'no-role-admits':
    case 'no-store-admits':
    case 'role-not-in-git':
    case 'role-absent':
    case 'role-conflict':
    case 'role-id-unknown':
    case 'name-unresolved':
    case 'policy-not-in-git':
    case 'policy-written-elsewhere':
    case 'policy-text-unknown':
    case 'versions-agree':
    case 'versions-differ':
    case 'mount-not-in-git':
    case 'auth-mount-not-in-git':
      return login(reason)
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
      return unread(reason)
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
      return law(reason)
    default:
      return render(reason)
  }
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

function manifest(reason: ManifestReason): string {
  switch (reason.code) {
    case 'variable-unresolved':
      return `${hole(reason.holes)} has no value in Git`
    case 'placeholder':
      return `nothing in Git fills in ${hole(reason.holes)}`
    case 'patched':
    case 'values-elsewhere':
      return patch(reason)
    case 'key-missing':
      return 'the key is missing'
    case 'key-not-text':
      return 'the key is not a text'
    case 'remote-key-missing':
      return 'the remoteKey is missing'
    case 'source-keys-unknown':
      return 'the keys of the source Secret are not in Git'
    case 'rewrite-not-followed':
      return 'a rewrite template names the key'
    case 'match-regexp-invalid':
      return '`match.regexp` does not compile'
    case 'other-controller':
      return 'another ESO controller takes care of the store'
    case 'eso-fails':
      return 'ESO fails before it asks Vault'
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

function store(reason: StoreReason): string {
  switch (reason.code) {
    case 'store-absent':
      return reason.name === undefined ? `the ${reason.what} is not in Git` : `${quotedName(reason.name)} is not in Git`
    case 'store-foreign':
      return `the ${reason.what} is not Vault's`
    case 'store-duplicate':
      return `Git has several ${reason.what}s of one name`
    case 'store-unknown':
      return `Git does not say which ${reason.what} is used`
    case 'stores-log-in-differently':
      return 'stores of one name log in differently'
  }
}

/** `ClusterSecretStore vault` with the name in backticks. */
function quotedName(name: string): string {
  const space = name.lastIndexOf(' ')
  return space < 0 ? `\`${name}\`` : `${name.slice(0, space)} \`${name.slice(space + 1)}\``
}

function condition(reason: Exclude<ConditionReason, PatchReason>): string {
  switch (reason.code) {
    case 'conditions-need-namespace':
      return 'Git does not say the namespace'
    case 'namespace-labels-unknown':
      return `the labels of namespace \`${reason.namespace}\` are not in Git`
    case 'conditions-differ':
      return 'stores of one name differ in their conditions'
  }
}

function server(reason: ServerReason): string {
  switch (reason.code) {
    case 'server-hides':
      return 'the CI token may not read a part of Vault'
    case 'snapshot-hides':
      return 'the snapshot does not show a part of Vault'
    case 'not-in-snapshot':
      return 'the snapshot does not hold it'
    case 'server-does-not-tell':
      return 'Vault did not tell'
    case 'keys-hidden':
      return 'the keys of the secret are hidden'
    case 'property-in-value':
      return 'a value decides, and values are not read'
  }
}

function template(reason: Exclude<TemplateReason, PatchReason>): string {
  switch (reason.code) {
    case 'template-elsewhere':
      return `the template is in ${reason.kind} \`${reason.name}\``
    case 'template-engine-v1':
      return 'templates of engine v1 are not read'
    case 'template-variable':
      return 'a variable stands inside `{{ }}`'
    case 'template-of-helm':
      return 'a Helm template was not rendered'
  }
}

function login(reason: LoginReason): string {
  switch (reason.code) {
    case 'no-auth':
    case 'method-names-no-role':
    case 'role-policies-not-told':
    case 'token-policies-unknown':
      return `the policies of store \`${reason.store}\` are not in Git`
    case 'role-not-named':
      return 'the store names no role'
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
    case 'role-id-unknown':
      return `Git does not say whose AppRole id it is`
    case 'name-unresolved':
      return `the name of ${reason.of} \`${reason.name}\` holds a variable`
    case 'policy-not-in-git':
    case 'policy-written-elsewhere':
      return `policy \`${reason.policy}\` is not in Git`
    case 'policy-text-unknown': {
      const [first, ...others] = reason.policies
      if (first === undefined) return 'not all policies are in Git'
      return others.length === 0
        ? `policy \`${first}\` is not in Git`
        : `${reason.policies.length} policies are not in Git`
    }
    case 'versions-agree':
      return briefReason(reason.because)
    case 'versions-differ': {
      const [first] = reason.declared
      return first === undefined ? 'Git declares it twice' : `Git declares ${first.of} \`${first.name}\` twice`
    }
    case 'mount-not-in-git':
      return `mount \`${reason.path}/\` is not in Git`
    case 'auth-mount-not-in-git':
      return `auth mount \`${reason.path}/\` is not in Git`
  }
}

function unread(reason: UnreadReason): string {
  switch (reason.code) {
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
    case 'sops':
      return 'SOPS encrypts the file'
    case 'chart-template':
      return reason.because === undefined ? 'a Helm chart was not rendered' : briefReason(reason.because)
    case 'yaml-unparseable':
      return 'the YAML is not valid'
    case 'yaml-unusable':
      return 'the YAML cannot be used'
    case 'yaml-too-deep':
      return 'the YAML is nested too deep'
    case 'yaml-template':
    case 'yaml-template-keys':
      return 'nothing rendered the template'
  }
}

function law(reason: LawReason): string {
  switch (reason.code) {
    case 'run-time-over':
      return 'the time for the run was over'
    case 'own-bug':
      return 'eso-vault has a bug'
    case 'path-too-long':
      return `the path is longer than ${reason.limit} characters`
    case 'root-allows':
      return 'policy `root` allows everything'
    case 'help-is-free':
      return 'every token may ask for help'
    case 'policy-unreadable':
      return `policy \`${reason.policy}\` could not be read`
    case 'rule-decides':
      return `rule \`${reason.rule.path}\` ${says(reason.says)}`
    case 'no-rule-covers':
      return reason.empty ? 'the policies have no rules' : 'no rule covers the path'
    case 'rule-part-unknown':
    case 'path-part-unknown':
      return `${hole(reason.unknown)} is not known`
    case 'all-allow':
      return 'every rule that can decide allows it'
    case 'none-allows':
      return 'no rule that can decide allows it'
    case 'servers-differ':
      return 'versions of Vault judge differently'
  }
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

function render(reason: RenderReason): string {
  switch (reason.code) {
    case 'needs-remote':
      return 'a remote base is not fetched'
    case 'needs-helm':
    case 'chart':
      return 'a Helm chart is not rendered'
    case 'needs-plugin':
      return 'a kustomize plugin is not run'
    case 'leaves-repository':
      return 'a kustomization leaves the repository'
    case 'file-absent':
      return 'a kustomization names a file that does not exist'
    case 'includes-itself':
      return 'a kustomization includes itself'
    case 'kustomization-too-large':
      return 'a kustomization is too large'
    case 'kustomization-unreadable':
      return 'a kustomization cannot be read'
    case 'not-a-manifest':
      return 'a file of the folder is no manifest'
    case 'run-time-over':
      return law(reason)
    case 'kustomize-fails':
      return 'kustomize fails'
    case 'kustomize-too-slow':
      return `kustomize took longer than ${counted(reason.seconds, 'second')}`
    case 'output-too-large':
      return `the output is larger than ${reason.mib} MiB`
    case 'kustomize-not-started':
      return 'kustomize could not be started'
    case 'kustomize-killed':
      return 'something killed kustomize'
    case 'kustomize-needs-memory':
      return `kustomize needs more than ${reason.gib} GiB`
    case 'kustomize-unusable':
      return 'the kustomize on PATH cannot be used'
    case 'helm-fails':
      return 'helm fails'
    case 'helm-stopped':
      return 'helm did not finish'
    case 'helm-absent':
    case 'helm-unusable':
      return 'needs helm'
    case 'helm-off':
      return '`render-helm` is `never`'
    case 'chart-refused':
      return 'a Helm chart cannot be rendered here'
    case 'copy-fails':
      return 'the files could not be copied'
    case 'not-traced':
      return 'rendered objects lead back to no file'
    case 'prints-nothing':
      return 'kustomize printed nothing'
    case 'output-unreadable':
      return 'the rendered output is not YAML'
    case 'plugin-source':
      return 'an Argo CD plugin renders it'
    case 'artifact':
      return 'its source is an artifact'
    case 'foreign-source':
      return 'its source is another repository'
    case 'path-absent':
      return `path \`${reason.path}\` does not exist`
    case 'kind-not-followed':
      return `what a \`${reason.kind}\` makes is not followed`
    case 'generator-unknown':
      return 'its generators ask what is not in Git'
    case 'generators-too-large':
      return `generators give more than ${reason.sets} sets`
    case 'argocd-refuses':
      return 'Argo CD refuses it'
    case 'chart-absent':
      return `\`${reason.folder}\` has no Chart.yaml`
    case 'values-file-absent':
      return `values file \`${reason.file}\` does not exist`
    case 'patch-unfilled':
      return 'its templatePatch needs what Git does not say'
    case 'path-unfilled':
      return `path \`${reason.path}\` needs what Git does not say`
  }
}
