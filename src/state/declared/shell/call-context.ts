import type { SourceFile } from '../../../files/source-file.ts'
import type { Span } from '../../../model/span.ts'
import type { DeclaredForm, InNamespace, Provenance } from '../../../model/vault-state.ts'
import type { FileLookup } from '../file-lookup.ts'
import type { Harvest } from '../harvest.ts'
import type { PlacedText } from '../placed-text.ts'
import type { Stream } from './command-input.ts'
import type { WrittenFiles } from './written-files.ts'

export interface CallContext extends InNamespace {
  readonly source: SourceFile
  readonly form: DeclaredForm
  readonly harvest: Harvest
  readonly placed: PlacedText
  readonly files: FileLookup
  /** The call, without its heredoc. */
  readonly span: Span
  readonly input: () => Stream | undefined
  readonly written: WrittenFiles
  readonly mountsOnly?: boolean | undefined
  /** Roles alone, and only whole ones: what a sentence quotes is often half a command. */
  readonly rolesOnly?: boolean | undefined
  /** Nothing decides whether the call is reached: a later one of the same name takes its place. */
  readonly straight?: StraightLine | undefined
}

/** What one script has written so far in its straight line, by name. */
export type StraightLine = Map<string, object>

/** Where what a call writes is written, and into which Vault namespace. */
export function where({ span, form, vaultNamespace }: CallContext): { readonly provenance: Provenance } & InNamespace {
  return { provenance: { from: 'git', span, form }, ...within(vaultNamespace) }
}

export function within(vaultNamespace: string | undefined): InNamespace {
  return vaultNamespace === undefined ? {} : { vaultNamespace }
}

/** Two writes in one straight line: the last one counts (forms.md §2). */
export function replaceEarlier<T extends object>({ straight }: CallContext, key: string, fact: T, list: T[]): void {
  if (straight === undefined) return
  const earlier = straight.get(key)
  const index = earlier === undefined ? -1 : list.indexOf(earlier as T)
  if (index >= 0) list.splice(index, 1)
  straight.set(key, fact)
}
