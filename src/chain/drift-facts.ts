import type { NotChecked } from '../model/finding.ts'
import type { Span } from '../model/span.ts'

/** One field of which Git and the server say different things; both as they may be shown: never a credential. */
export interface FieldDifference {
  readonly field: string
  readonly expected: Shown
  readonly actual: Shown
}

/** A value as it may be shown. */
export type Shown =
  | { readonly code: 'value'; readonly text: string }
  | { readonly code: 'nothing' }
  /** What the server takes where nobody wrote a value. */
  | { readonly code: 'default'; readonly text: string }
  /** A credential: whether there is one, never which. */
  | { readonly code: 'set' | 'not-set' }
  /** PEM: what it is, and a hash of its text. Certificates are long and say nothing to a reader. */
  | { readonly code: 'pem'; readonly label: string; readonly sha256: string }
  /** Of a policy: it has no rule for the path, or one that grants nothing. */
  | { readonly code: 'no-rule' | 'no-capability' }
  /** A text that the server itself could not read again, against one that is a policy. `says`: the parser's error. */
  | { readonly code: 'unreadable'; readonly says: string }
  | { readonly code: 'policy' }

/** A part of the server that is not as Git declares it or the manifests ask for it (platform.md §4.2, class 4). */
export interface Difference {
  readonly kind: 'mount' | 'auth mount' | 'auth config' | 'role' | 'policy'
  /** For the middle of a sentence: ``role `eso` of auth mount `kubernetes` ``. */
  readonly name: string
  /** Where the API has it, as an ignore in the config names it: `auth/kubernetes/role/eso`; of a mount its own path. */
  readonly path: string
  /** Vault namespace, relative to the settings' one. */
  readonly namespace: string
  /** Whether Git writes the part itself, or only asks for it in manifests and config. */
  readonly by: 'git' | 'manifests'
  readonly span: Span
  /** `absent`: the server has no such part. Else at least one field. */
  readonly fields: readonly FieldDifference[] | 'absent'
}

/** A secret below an owned path that no manifest refers to. */
export interface UnusedSecret {
  /** Mount and key: `kv/team/app`. */
  readonly path: string
  readonly pattern: string
  readonly span: Span
}

/** Something that works today and ends by itself (platform.md §4.2, class 5). */
export interface Ending {
  readonly kind: 'policy' | 'policy-rule' | 'ca-certificate' | 'secret-version'
  /** The beginning of a sentence: "Rule `kv/data/x` of policy `eso`". */
  readonly what: string
  /** RFC 3339. */
  readonly at: string
  readonly over: boolean
  readonly span: Span
  readonly about: readonly string[]
  readonly vaultPath?: string
}

/** What only `drift` looks at, beside the chain itself. */
export interface DriftFacts {
  readonly differences: readonly Difference[]
  readonly unused: readonly UnusedSecret[]
  readonly ending: readonly Ending[]
  /** Parts that Git writes in a way that cannot be compared. */
  readonly notCompared: readonly NotChecked[]
}
