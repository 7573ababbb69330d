/** Above this a file is not read (design §6; the largest real manifest file seen has 2.7 MB, field.md §3). */
export const MAX_FILE_BYTES = 5 * 1024 * 1024

/** What makes a YAML or JSON file worth parsing for Kubernetes objects. */
const MANIFEST =
  /external[-_.]?secrets?|kustomize|Transformer\b|repoURL|clusterGroup|kargo\.akuity\.io|projectsveltos\.io|open-cluster-management\.io|kappctrl\.k14s\.io|fleet\.cattle\.io|argoproj\.io|source\.toolkit\.fluxcd\.io|fluxcd\.controlplane\.io|flux-instance|sync["']?:\s*\{?\s*["']?(?:kind|interval|url|ref|path|name|provider|pullSecret)["']?:|kind["']?: *["']?(?:Kustomization|Component|GitRepository|Bucket|HelmChart|Namespace|ServiceAccount|ConfigMap|Secret|List|(?:Cluster)?(?:ExternalSecret|PushSecret|SecretStore))\b|auth-delegator|tokenreviews|["']?op["']?: *["']?(?:add|replace|remove|copy|move|test)\b/

/** What policies and roles look like in any of the forms of field.md §4. */
const POLICY =
  /policy[ _-]write|(?:secrets|auth)[ -]enable|token[ -]create|(?<![\w.-])- *["']?(?:policy|secrets|auth)["']?,? *$|\/role\/|path +\\?["']|vault_policy|vault_|externalConfig|redhatcop\.redhat\.io|sys\/polic|["']capabilities["']|capabilities: *\[? *(?:\n *- *)?["']?(?:create|read|update|delete|list|deny|sudo|patch)\b|\/[^"'\n]{0,200}["']: *\[ *["']?(?:create|read|update|list|deny)\b|hashivault_|\/v1\/(?:auth|sys)\/|vault\.(?:m\.)?upbound\.io|\binitialize +\\?"|root-token-id|root_token\b|ROOT_TOKEN_ID|devRootToken|vault\.banzaicloud\.com|bound_service_account|\bpolicies\b/m

/** A kind or group of ESO's, as an object or a patch names it. */
const ESO_KIND =
  /external-secrets\.io\/v|["']?kind["']?\s*:\s*["']?(?:ExternalSecret|ClusterExternalSecret|PushSecret|ClusterPushSecret|SecretStore|ClusterSecretStore|VaultDynamicSecret)\b/

/** Whether a text that is not read may hold objects of ESO's. */
export function namesEsoKind(text: string): boolean {
  return ESO_KIND.test(text)
}

/** Whether a text may say something of policies, roles, mounts or logins. */
export function mayDeclare(text: string): boolean {
  return POLICY.test(text)
}

/** Commands that apply folders and files of the repository, and files of other tools that name one to apply (applied.md §3.2). */
export const MENTIONS_COMMAND =
  /\b(?:kubectl|oc)\s[^\n]{0,200}\b(?:apply|create|replace|kustomize)\b|kustomize\s+build|flux\s+(?:bootstrap|create|push|build)|argocd\s+app\s+create|^\s*["']?kustomization(?:File|Path|Directory)["']?\s*:/m

const KUSTOMIZATION_NAMES = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization'])

export type FileForm = 'yaml' | 'hcl' | 'shell' | 'markdown' | 'terraform'

/** What a file can be by its name; `undefined`: nothing that is ever read. */
export function formOf(name: string): FileForm | undefined {
  if (KUSTOMIZATION_NAMES.has(name)) return 'yaml'
  if (name === '.justfile') return 'shell'
  const dot = name.lastIndexOf('.')
  if (dot <= 0) return dot === -1 ? 'shell' : undefined
  switch (name.slice(dot + 1).toLowerCase()) {
    case 'yaml':
    case 'yml':
    case 'json':
      return 'yaml'
    case 'hcl':
    case 'policy':
      return 'hcl'
    case 'sh':
    case 'bash':
    case 'just':
    case 'mk':
    case 'zsh':
    case 'envrc':
    case 'ps1':
      return 'shell'
    case 'md':
    case 'mdx':
    case 'markdown':
      return 'markdown'
    case 'tf':
    case 'tofu':
    case 'tfvars':
      return 'terraform'
    case 'tftpl':
      if (/\.ya?ml\./.test(name)) return 'terraform'
      return name.includes('.hcl.') || name.includes('policy') ? 'hcl' : undefined
    case 'tmpl':
    case 'tpl':
      // What Terraform fills in; a chart's own helpers carry no such name.
      if (/\.ya?ml\./.test(name)) return 'terraform'
      return name.includes('.hcl.') || name.includes('policy') ? 'hcl' : undefined
    case 'j2':
      return name.includes('.hcl.') || name.includes('policy') ? 'hcl' : undefined
    default:
      return undefined
  }
}

export function isKustomizationName(name: string): boolean {
  return KUSTOMIZATION_NAMES.has(name)
}

/** The byte search of design §6, on the file's bytes as Latin-1: decides before anything is decoded or parsed. */
function canMatter(name: string, form: FileForm, bytes: string): boolean {
  if (form === 'yaml') return isKustomizationName(name) || isWorthParsing(bytes) || MENTIONS_COMMAND.test(bytes)
  // A Terraform module's defaults stand in files that say nothing of Vault.
  if (form === 'hcl' || form === 'terraform') return true
  return POLICY.test(bytes) || MENTIONS_COMMAND.test(bytes) || (form === 'shell' && isSourced(name, bytes))
}

/** Variables and functions that scripts share stand in files of their own (forms.md §3). */
function isSourced(name: string, bytes: string): boolean {
  if (!/\.(?:sh|bash|zsh)$/.test(name)) return false
  return /(?:^|[._-])(?:env|vars?|config|settings|common)\.[a-z]+$/.test(name) || /\b(?:vault|bao)\b/i.test(bytes)
}

/** Whether a YAML file may hold more than commands. */
export function isWorthParsing(bytes: string): boolean {
  return MANIFEST.test(bytes) || POLICY.test(bytes)
}

/** A Kubernetes object whose fields ask for Secrets, or make one (consumers.md §1, §2). */
const TELLS_OF_SECRETS = /secret|restic|kopia|rclone|credential|certificateRefs/i
const HOLDS_OBJECT = /^ *(?:- )?["']?kind["']?\s*:|["']kind["']\s*:/m

/** Why a file is read: for all that it may say, or only for who uses Secrets. `undefined`: it is not read. */
export function readFor(name: string, form: FileForm, bytes: string): 'everything' | 'workloads' | undefined {
  if (canMatter(name, form, bytes)) return 'everything'
  if (form !== 'yaml' || !TELLS_OF_SECRETS.test(bytes) || !HOLDS_OBJECT.test(bytes)) return undefined
  // An ignore is a comment, and comments are read with all that a file says.
  return bytes.includes('eso-vault:') ? 'everything' : 'workloads'
}

/** The names and keys of the Secret in a file that SOPS encrypted, line by line, without any value; `undefined`: it holds none in clear. */
export function sopsNames(text: string): string | undefined {
  if (!/^kind: *["']?Secret["']? *$/m.test(text)) return undefined
  return text.replace(/ENC\[[^\]\n]*\]/g, '""')
}

/** A file that SOPS encrypted: its values are no text, and its names are not ours to read (platform.md §3.2). */
export function isSops(form: FileForm, bytes: string): boolean {
  return form === 'yaml' && bytes.includes('ENC[AES256_GCM') && /["']?sops["']?:/.test(bytes)
}

const ESO_DEFINITION = /^ +["']?group["']?: *["']?(?:generators\.)?external-secrets\.io/m

/** Whether a text holds a CustomResourceDefinition of ESO: it says what its API server takes. */
export function holdsEsoDefinition(text: string): boolean {
  return ESO_DEFINITION.test(text)
}

/** Whether all the file holds are CustomResourceDefinitions of others (14 % of repositories vendor some, field.md §3). */
export function isOnlyDefinitions(bytes: string): boolean {
  if (holdsEsoDefinition(bytes)) return false
  const kinds = bytes.match(/^kind: *["']?[A-Za-z]+/gm)
  return kinds?.every((kind) => kind.endsWith('CustomResourceDefinition')) ?? false
}
