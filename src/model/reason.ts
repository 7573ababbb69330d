import type { FailsWith } from './eso-failure.ts'
import type { LawReason, TimeOver } from './law-reason.ts'
import { holesOf } from './placeholders.ts'
import type { Span } from './span.ts'
import type { Hidden } from './vault-state.ts'

/**
 * Why something is not checked: what could not be told, and what the sentence about it needs. Never prose that is read back; the
 * sentences are in `report/reasons`. `says` is the word of another program, and is only ever shown.
 */
export type NotCheckedReason =
  | ManifestReason
  | StoreReason
  | ConditionReason
  | LoginReason
  | ServerReason
  | RenderReason
  | CompareReason
  | UnreadReason
  | TemplateReason
  | LawReason

/** Where something is written that nothing in Git resolves. */
export type HolePlace =
  | 'key'
  | 'store-path'
  | 'store-name'
  | 'generator-name'
  | 'metadata-policy'
  | 'match-regexp'
  | 'policy-text'

/** The object itself does not tell what ESO will ask for (eso.md §2, §6.6; field.md §6). */
export type ManifestReason =
  /**
   * A variable or a template, or a placeholder that a person or a generator fills in; each as written. The variable can be given to
   * the check, the placeholder must be filled in.
   */
  | { readonly code: 'variable-unresolved' | 'placeholder'; readonly in: HolePlace; readonly holes: readonly string[] }
  | PatchReason
  | { readonly code: 'key-missing' | 'key-not-text' | 'remote-key-missing' }
  /** A push of whatever the source Secret holds, which Git does not tell. */
  | { readonly code: 'source-keys-unknown' }
  /** A `rewrite` template that does more than to place the key. */
  | { readonly code: 'rewrite-not-followed' }
  | { readonly code: 'match-regexp-invalid'; readonly says: string }
  /** The store is for ESO with another `--controller-class`, which leaves the whole object alone (eso.md §6.3). */
  | {
      readonly code: 'other-controller'
      readonly kind: string
      readonly name: string
      readonly wants: string
      readonly runs: string
    }
  /** ESO fails before it comes to a store. */
  | { readonly code: 'eso-fails'; readonly failsWith: FailsWith }

/** What reaches the cluster may be another value than the one in Git. `of`: where that is not the object itself. */
export type PatchReason = (
  | {
      /** A patch that could not be applied here sets it (platform.md §3). */
      readonly code: 'patched'
      readonly place: Span
    }
  | ValuesReason
) & { readonly of?: { readonly kind: string; readonly name: string } | 'conditions' }

/** A chart makes it of values that Git does not hold (helm.md §7.5). `name`: what the deployer calls them. */
export interface ValuesReason {
  readonly code: 'values-elsewhere'
  readonly kind:
    | 'secret'
    | 'config-map'
    /** A ConfigMap with variables, which Flux fills in before the chart gets it. */
    | 'substituted'
    /** A `targetPath` at the top that `spec.values` sets too: documentation and code of Flux differ on which one wins. */
    | 'target-path'
    | 'other-repository'
    | 'address'
    | 'encrypted'
    | 'variable'
    /** A file whose name only the deployer knows. */
    | 'unnamed-file'
    | 'absent'
    | 'installer'
  readonly name: string
}

/** What a template makes of its data is not told, so that nothing is said of the keys that it reads (eso.md §6.4). */
export type TemplateReason =
  | PatchReason
  /** `templateFrom` takes it from an object of this kind. */
  | { readonly code: 'template-elsewhere'; readonly kind: 'ConfigMap' | 'Secret'; readonly name: string }
  /** `engineVersion: v1`. */
  | { readonly code: 'template-engine-v1' }
  /** A variable stands inside `{{ }}`: what Go will see is not known. */
  | { readonly code: 'template-variable' }
  /** A template of Helm's, whose outcome Go of ESO sees. */
  | { readonly code: 'template-of-helm' }

/** It cannot be told which store or generator a reference leads to, or that one is none of Vault's (eso.md §6.2, §6.3). */
export type StoreReason =
  /** `name`: which, with its kind. */
  | { readonly code: 'store-absent'; readonly what: StoreOrGenerator; readonly name?: string }
  | { readonly code: 'store-foreign'; readonly what: StoreOrGenerator; readonly provider: string | undefined }
  /** One cluster would get several of that name. */
  | { readonly code: 'store-duplicate'; readonly what: StoreOrGenerator; readonly places: readonly Span[] }
  | { readonly code: 'store-unknown'; readonly what: StoreOrGenerator; readonly because: UnknownStoreReason }
  /** Stores that may be the one, and that log in differently: the paths are known, and who asks is not. */
  | { readonly code: 'stores-log-in-differently'; readonly places: readonly Span[] }

export type StoreOrGenerator = 'store' | 'generator'

/** Why a `secretStoreRef` or `generatorRef` leads nowhere certain. */
export type UnknownStoreReason =
  | ManifestReason
  /** The `kind` that is written is none. */
  | { readonly code: 'store-kind-unknown'; readonly kind: string }
  | { readonly code: 'generator-group-unknown'; readonly known: string }
  | { readonly code: 'no-store-selected' }
  /** None of several is nearer than the others. */
  | { readonly code: 'stores-differ'; readonly places: readonly Span[] }
  /** Whether they are in the namespace that asks is not told: theirs, or the namespace that asks. */
  | { readonly code: 'store-namespaces-unknown' | 'namespace-unknown'; readonly name: string; readonly count: number }
  /** The consumer's cluster is not told, and clusters that it may be have different stores of that name (applied.md §4.4). */
  | { readonly code: 'cluster-unknown'; readonly clusters: readonly string[]; readonly places: readonly Span[] }
  /** A store in Git has a variable in its name and may be it. */
  | { readonly code: 'store-name-unresolved'; readonly kind: string; readonly name: string }

/** What a ClusterSecretStore's `conditions` say to a namespace is not told (eso.md §6.1). */
export type ConditionReason =
  | PatchReason
  | { readonly code: 'conditions-need-namespace' }
  | { readonly code: 'namespace-labels-unknown'; readonly namespace: string }
  | { readonly code: 'conditions-differ'; readonly places: readonly Span[] }

/** Which policies the token of a login has, or what they say, is not told (field.md §3, §4). */
export type LoginReason =
  /** `store`: its policies can be given in the config. */
  | { readonly code: 'no-auth'; readonly kind: string; readonly store: string }
  | { readonly code: 'method-names-no-role'; readonly kind: string; readonly store: string; readonly method: string }
  | { readonly code: 'role-policies-not-told'; readonly role: string; readonly store: string }
  | { readonly code: 'token-policies-unknown'; readonly store: string }
  | { readonly code: 'role-not-named'; readonly authMount: string }
  /** Of `userpass` and `ldap`, which have users in place of roles (forms.md §6). */
  | { readonly code: 'user-not-in-git'; readonly username: string; readonly authMount: string }
  | { readonly code: 'role-not-in-git' | 'role-absent'; readonly role: string; readonly authMount: string }
  | {
      readonly code: 'role-conflict'
      readonly role: string
      readonly authMount: string
      readonly places: readonly Span[]
      readonly count: number
    }
  /** No role in Git is known to admit the ServiceAccount, and the server was not asked for all of them. */
  | { readonly code: 'no-role-admits'; readonly account: string }
  /** No store in Git is known to admit the namespace. */
  | { readonly code: 'no-store-admits'; readonly namespace: string }
  /** AppRole: only the server knows whose role id it is. */
  | { readonly code: 'role-id-unknown'; readonly authMount: string; readonly store?: string }
  /** `like` holds a variable, and may be the name that is meant. */
  | {
      readonly code: 'name-unresolved'
      readonly of: 'role' | 'policy'
      readonly name: string
      readonly like: string
      readonly place: Span | undefined
    }
  | { readonly code: 'policy-not-in-git' | 'policy-written-elsewhere'; readonly policy: string }
  /** What is known of the token's policies refuses; what is not may allow. */
  | {
      readonly code: 'policy-text-unknown'
      /** Policies whose text nobody holds. */
      readonly policies: readonly string[]
      readonly open: readonly OpenLaw[]
      readonly because: LawReason
    }
  /** Git declares several versions, and each says the same, or they do not (forms.md §2). */
  | {
      readonly code: 'versions-agree'
      readonly declared: readonly DeclaredVersions[]
      readonly because: NotCheckedReason
    }
  | {
      readonly code: 'versions-differ'
      readonly declared: readonly DeclaredVersions[]
      readonly one: NotCheckedReason
      readonly other: NotCheckedReason
    }
  | { readonly code: 'mount-not-in-git' | 'auth-mount-not-in-git'; readonly path: string }

/** A role or policy that Git declares more than once, with different content. */
export interface DeclaredVersions {
  readonly of: 'role' | 'policy'
  readonly name: string
  readonly places: readonly Span[]
}

/** A role or policy of the token goes on where nothing is read: `part`, as it is written. */
export interface OpenLaw {
  readonly of: 'role' | 'policy'
  readonly name: string
  readonly part: string
  readonly place: Span | undefined
}

/** The server was asked and did not tell (vault.md §4, §5). `says`: what was asked, what it answered, what to grant. */
export type ServerReason =
  /** It hides the part from this token: a right is lacking. */
  | { readonly code: 'server-hides'; readonly says: string }
  /** The token that wrote the snapshot lacked a right; or the snapshot holds nothing of it (snapshot.md §2). */
  | { readonly code: 'snapshot-hides' | 'not-in-snapshot'; readonly says: string }
  /** An answer that was not expected, none at all, or a part that must not be read. */
  | { readonly code: 'server-does-not-tell'; readonly says: string }
  /** The secret is there, and its key names cannot be seen. */
  | { readonly code: 'keys-hidden'; readonly says: string }
  /** The secret is there, and whether the property is depends on a value, which is not read (vault.md §4.8). */
  | { readonly code: 'property-in-value' }

/** Why a root is not rendered, or a part of it (platform.md §3, §7). */
export type RenderReason =
  | ObstacleReason
  | TimeOver
  /** `says`: kustomize's own words. */
  | { readonly code: 'kustomize-fails'; readonly says: string }
  | { readonly code: 'kustomize-too-slow'; readonly seconds: number }
  | { readonly code: 'output-too-large'; readonly mib: number }
  | { readonly code: 'kustomize-not-started' | 'kustomize-killed' }
  | { readonly code: 'kustomize-needs-memory'; readonly gib: number }
  /** The programs that were found, each with why it is not used. */
  | { readonly code: 'kustomize-unusable'; readonly found: readonly string[] }
  | { readonly code: 'copy-fails'; readonly says: string }
  | { readonly code: 'not-traced' }
  /** kustomize ended well, and what it printed is nothing, or is cut. */
  | { readonly code: 'prints-nothing' | 'output-unreadable' }
  /**
   * `says`: helm's own words. `lacks`: it asks for a value that Git does not give; the chart as the config would name it, and the name of the
   * value, where that is known.
   */
  | {
      readonly code: 'helm-fails'
      readonly says: string
      readonly lacks?: { readonly chart: string; readonly value?: string }
    }
  /** `limit`: seconds, GiB, or renderings of one run. */
  | { readonly code: 'helm-stopped'; readonly by: 'time' | 'memory' | 'runs' | 'system'; readonly limit: number }
  /** There is none to run, the input `render-helm` says `never`, or those that were found cannot be used. */
  | { readonly code: 'helm-absent' | 'helm-off' }
  | { readonly code: 'helm-unusable'; readonly found: readonly string[] }
  /** What keeps a chart from being rendered at all. `says`: the end of a sentence about it. */
  | { readonly code: 'chart-refused'; readonly says: string }
  /** The path of an Application is a chart. */
  | { readonly code: 'chart' }
  /** A plugin of Argo CD renders it. */
  | { readonly code: 'plugin-source' }
  /** The source is an artifact of this repository, and nothing says from which folder it was packed (applied.md §1.2). */
  | { readonly code: 'artifact'; readonly source: string }
  /** The source is another repository, which places nothing here. */
  | { readonly code: 'foreign-source'; readonly address: string }
  /** The path does not exist here. */
  | { readonly code: 'path-absent'; readonly path: string }
  /** What an object of this kind makes is not followed. */
  | { readonly code: 'kind-not-followed'; readonly kind: string }
  /** Generators of an ApplicationSet that ask what is not in Git. */
  | { readonly code: 'generator-unknown'; readonly generators: readonly string[] }
  /** They give more sets of parameters than are followed. */
  | { readonly code: 'generators-too-large'; readonly sets: number }
  /** An ApplicationSet's path takes from generators, or from its template, what Git does not tell. */
  | { readonly code: 'path-unfilled'; readonly path: string; readonly generators: readonly string[] }
  /** Argo CD refuses an Application or an ApplicationSet, in these words. */
  | { readonly code: 'argocd-refuses'; readonly says: string }
  /** A folder that is to be a chart holds no `Chart.yaml`. */
  | { readonly code: 'chart-absent'; readonly folder: string }
  /** A file of values that a deployer names is not there, so that it renders nothing. */
  | { readonly code: 'values-file-absent'; readonly file: string }
  /** Its `templatePatch` needs what Git does not tell. */
  | { readonly code: 'patch-unfilled' }

/**
 * A file, or a document of one, was not read (design §6; platform.md §7, threats 3 and 5). `eso`: what could be seen of its text names a
 * kind of ESO's, so that references may be in it. `says`: the parser's words; `errno`: the system's error code.
 */
export type UnreadReason =
  | { readonly code: 'file-unreadable' | 'folder-unreadable'; readonly errno: string }
  | { readonly code: 'file-too-large'; readonly mib: number; readonly eso?: true }
  /** `count` files were not read: together they are larger than `mib`, or hold more than `documents`. */
  | { readonly code: 'files-too-large'; readonly count: number; readonly mib: number }
  | { readonly code: 'documents-too-many'; readonly count: number; readonly documents: number }
  | { readonly code: 'sops'; readonly eso?: true }
  /** An object in a template of a Helm chart that was not rendered: which kind, as far as its text tells, and why not. */
  | { readonly code: 'chart-template'; readonly kind?: string; readonly because?: RenderReason }
  | {
      readonly code: 'yaml-unparseable'
      readonly says: string
      readonly column: number
      readonly eso?: true
    }
  /** It parses, and is not used all the same. */
  | { readonly code: 'yaml-unusable'; readonly says: string; readonly column: number; readonly eso?: true }
  | { readonly code: 'yaml-too-deep'; readonly says?: string; readonly eso?: true }
  /** Text with `{{ }}`, `{% %}` or `<% %>`, which is no YAML before something renders it. */
  | {
      readonly code: 'yaml-template'
      readonly holds: '{{ }}' | '{% %}' | '<% %>'
      readonly says: string
      readonly eso?: true
    }
  /** It parses, and shows by a key that it is a template. */
  | { readonly code: 'yaml-template-keys'; readonly says: string; readonly eso?: true }

/**
 * What stands in the way of building a kustomization. `says`: what the kustomization does, as the end of a sentence about it ("names a
 * remote address (…)").
 */
export interface ObstacleReason {
  readonly code:
    | 'needs-remote'
    | 'needs-helm'
    | 'needs-plugin'
    | 'leaves-repository'
    | 'file-absent'
    | 'includes-itself'
    | 'kustomization-too-large'
    | 'kustomization-unreadable'
    /** A file that Flux takes with all others of a folder, and that is no Kubernetes object: the whole build fails (applied.md §1.3). */
    | 'not-a-manifest'
  readonly says: string
  /** The kustomization that says it, where that is another file than the one that is pointed at. */
  readonly file?: string
  /** Only a part of the root is left out, and the rest is rendered. */
  readonly part?: true
}

/** What Git declares cannot be compared with the server (platform.md §4.2). */
export interface CompareReason {
  readonly code: 'policy-text-invalid'
  /** The parser's error. */
  readonly says: string
}

/**
 * Why no server is asked: the run gets no credentials (a pull request from a fork, or Dependabot's, platform.md §1.3), or an address, a
 * way to log in, or both are not given.
 */
export type OfflineReason =
  | { readonly code: 'fork' | 'dependabot' | 'no-credentials' | 'no-address' | 'nothing-given' }
  /**
   * The run has the base repository's trust, and is about files that anybody could write: `pull_request_target` or `workflow_run` with a
   * head in another repository. `repository`: which; `undefined`: the event does not say (platform.md §1.3, §7 threat 13).
   */
  | { readonly code: 'foreign-head'; readonly event: string; readonly repository: string | undefined }

/** Why a request was not answered as Vault answers. */
export type UnavailableKind =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'reset'
  | 'timeout'
  | 'tls'
  | 'plain-http'
  | 'redirect'
  | 'not-vault'
  | 'oversize'
  | 'sealed'
  | 'uninitialised'
  | 'standby'
  | 'rate-limited'
  | 'server-error'
  | 'out-of-time'
  | 'token'
  | 'login'

/** What stands first in the way of a run that is not finished: how a server did not answer, or what cut the run short. */
export type Unfinished =
  | UnavailableKind
  /** Some requests were not answered as Vault answers. */
  | 'unanswered'
  /** The token, or the one that wrote the snapshot, may not see all of it. */
  | 'hidden'
  | 'hidden-in-snapshot'
  | 'snapshot-old'
  | 'run-time-over'
  | 'killed'
  | 'own-bug'

/** The reason for text with these variables and placeholders left in it; the first counts. `undefined`: there is none. */
export function holeReason(place: HolePlace, holes: readonly string[]): ManifestReason | undefined {
  const [first] = holes
  if (first === undefined) return undefined
  const code = holesOf(first)[0]?.kind === 'placeholder' ? 'placeholder' : 'variable-unresolved'
  return { code, in: place, holes: [first] }
}

/** Whether no helm was there to render a chart: one reason for all charts of a run. */
export function isWithoutHelm(why: RenderReason | undefined): boolean {
  return why?.code === 'helm-absent' || why?.code === 'helm-off' || why?.code === 'helm-unusable'
}

/** What a server did not tell, as a reason. */
export function serverReason({ presence, because, of }: Hidden): ServerReason {
  if (of === 'snapshot') return { code: presence === 'hidden' ? 'snapshot-hides' : 'not-in-snapshot', says: because }
  return { code: presence === 'hidden' ? 'server-hides' : 'server-does-not-tell', says: because }
}

/** Fields that tell where something stands, or in what words; two reasons that differ in nothing else are the same one. */
const NOT_ABOUT: ReadonlySet<string> = new Set(['line', 'column', 'endLine', 'endColumn', 'says'])

/** By which a reason is known again after lines have moved. */
export function reasonKey(reason: NotCheckedReason): string {
  return JSON.stringify(reason, (field, value: unknown) => (NOT_ABOUT.has(field) ? undefined : value))
}
