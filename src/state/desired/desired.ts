import type { Span } from '../../model/span.ts'
import type { VaultState } from '../../model/vault-state.ts'
import type { WantedAccess } from '../../policy/generate.ts'
import type { ServiceAccount } from './reviewer-facts.ts'

/** How the text of a policy comes about (design §4, `setup.policy.generate`). */
export type PolicyForm =
  /** Generated from what must be allowed. Rules of a policy that is there already are kept beside it. */
  | { readonly by: 'exact' | 'folder' }
  /** A file of the repository is the whole text. */
  | { readonly by: 'file'; readonly file: string }

/** Something the manifests ask for that no plan can set up as it stands. */
export interface Unplanned {
  /** One or two sentences: what, why, and what to write instead. */
  readonly message: string
  readonly span: Span | undefined
  /** `blocked`: the plan is not whole without it. `note`: worth knowing. */
  readonly weight: 'blocked' | 'note'
}

/**
 * What the manifests and the config ask of one Vault namespace. Fields that nobody names are absent: they are left as the server
 * has them, or get `plan`'s defaults when the part is created.
 */
export interface DesiredState {
  /** Relative to the settings' Vault namespace; `''` is that one itself. */
  readonly namespace: string
  readonly state: VaultState
  /** By policy name: what it must allow. */
  readonly accesses: ReadonlyMap<string, readonly WantedAccess[]>
  readonly form: PolicyForm
  /** By auth mount: the ServiceAccounts that log in there. */
  readonly clients: ReadonlyMap<string, readonly ServiceAccount[]>
}

export interface Desired {
  /** Sorted by namespace. */
  readonly parts: readonly DesiredState[]
  readonly unplanned: readonly Unplanned[]
}
