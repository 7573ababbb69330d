import type { SourceFile } from '../../files/source-file.ts'
import type { Note } from '../../model/note.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath, Value } from '../../model/value.ts'
import type {
  AuthMountFact,
  DeclaredForm,
  InNamespace,
  MountFact,
  PolicyFact,
  Provenance,
  RoleFact,
  VaultState,
} from '../../model/vault-state.ts'

/** A policy written in Git. */
export interface DeclaredPolicy extends PolicyFact {
  readonly spanOfLine: (line: number) => Span
  /** What gave the policy its name, where that is not beside its text: `vault policy write NAME FILE`, Terraform's `file()`. */
  readonly namedAt?: Span
  /** The form of what gave the name. */
  readonly namedBy?: DeclaredForm
}

/** A policy's text to which nothing in Git gives a name (an `hcl` fence in Markdown, say). */
export interface UnnamedPolicy {
  readonly text: string
  readonly spanOfLine: (line: number) => Span
  readonly span: Span
  readonly form: DeclaredForm
}

/**
 * A policy that Git writes from a text that Git does not hold. What it grants is unknown, hence it is not absent:
 * a role that names it is no dead end.
 */
export interface TextlessPolicy extends InNamespace {
  /** Lower-case; unknown parts stand in it as `${…}`. */
  readonly name: string
  readonly unknown: readonly string[]
  /** The file or command that it is written from, as told. */
  readonly source: string
  /** A policy file of another name that was probably meant: the source is a path, and no file is there. */
  readonly meant?: { readonly name: string; readonly span: Span }
  readonly span: Span
  readonly form: DeclaredForm
}

/** The token in a Kubernetes Secret, as far as Git tells how it was made (forms.md §6, "token stores"). */
export interface DeclaredToken {
  readonly secret: string
  /** Where it is not told, any. */
  readonly namespace: string | undefined
  readonly key: string | undefined
  /** Lower-case, without `default`; `['root']` for a root token. */
  readonly policies: readonly string[]
  readonly noDefaultPolicy: boolean
  readonly provenance: Provenance
}

/** Facts of one name that do not agree. All of them stay in the state; whoever judges picks, or says that it cannot. */
export type DeclaredConflict =
  | { readonly what: 'policy'; readonly name: string; readonly facts: readonly DeclaredPolicy[] }
  | { readonly what: 'role'; readonly name: string; readonly facts: readonly RoleFact[] }
  | { readonly what: 'mount'; readonly name: string; readonly facts: readonly MountFact[] }
  | { readonly what: 'auth mount'; readonly name: string; readonly facts: readonly AuthMountFact[] }

export interface DeclaredState extends VaultState {
  readonly policies: readonly DeclaredPolicy[]
}

/** Everything about a Vault that the files of a repository say. */
export interface Declared {
  readonly state: DeclaredState
  readonly notes: readonly Note[]
  readonly also: {
    readonly unnamed: readonly UnnamedPolicy[]
    readonly textless: readonly TextlessPolicy[]
    readonly tokens: readonly DeclaredToken[]
  }
  /** Markdown's facts whose name another form declares too (design §3): kept for explanation, never judged by. */
  readonly shadowed: DeclaredState
  readonly conflicts: readonly DeclaredConflict[]
}

/** A YAML document as this room needs it: the value, and where any part of it was written. */
export interface DeclaredDocument {
  readonly value: Value
  spanOf(path: FieldPath, part?: 'key' | 'value'): Span
  /** Span of line `line` (from 1) of the string at `path`. */
  spanOfTextLine(path: FieldPath, line: number): Span
}

/** Reads YAML. `parse` gives the documents of a text; none when it is no YAML (Helm templates are not). */
export interface DeclaredYaml {
  parse(file: string, text: string): readonly DeclaredDocument[]
  /** The same of a whole file, which may have been parsed before. */
  documents?(source: SourceFile): readonly DeclaredDocument[]
}
