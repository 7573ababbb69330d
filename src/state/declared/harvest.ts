import type { SourceFile } from '../../files/source-file.ts'
import type { Note } from '../../model/note.ts'
import type { Span } from '../../model/span.ts'
import type { ValueMap } from '../../model/value.ts'
import type {
  AuthMountFact,
  DeclaredForm,
  InNamespace,
  MountFact,
  Provenance,
  RoleFact,
} from '../../model/vault-state.ts'
import type { DeclaredPolicy, DeclaredToken, DeclaredYaml, TextlessPolicy, UnnamedPolicy } from './declared.ts'
import type { RepositoryFiles } from './file-lookup.ts'
import { lowerCaseName } from './partly-known.ts'
import { type PlacedText, spanBetween, spanOfLine } from './placed-text.ts'
import { readPolicyText } from './policy-text.ts'

/** A policy that is written from a file: the file has the text, this has the name. */
export interface PolicyWrite extends InNamespace {
  readonly name: string
  readonly unknown: readonly string[]
  /** As written; variables stand in it as `${…}`. */
  readonly path: string
  /** The file that says so: relative paths begin beside it, or at its root. */
  readonly from: SourceFile
  readonly span: Span
  readonly form: DeclaredForm
  /** The text as `templatefile()` fills it; `undefined`: the file is written as it is. */
  readonly filled?: { readonly placed: PlacedText; readonly unknown: readonly string[] }
  readonly assumed?: readonly string[]
  /** A command changes the text on its way (`sed`, `envsubst`). */
  readonly altered?: string
}

/** A policy's text in a file, or in a ConfigMap's key that stands for one; the name is still open. */
export interface PolicyFile {
  /** For the part of a ConfigMap a made-up one, with the path that the key would have beside it. */
  readonly source: SourceFile
  readonly placed: PlacedText
  readonly form: DeclaredForm
}

/** Policies that a token gets from elsewhere than its role: from an identity entity or group, or a group of its auth method. */
export interface Grant {
  /** `identity group admins`. */
  readonly what: string
  /** The auth mounts whose logins it concerns; `undefined`: any. */
  readonly mounts: readonly string[] | undefined
  /** An external group: its members come from the login itself. `undefined`: a group of which that is not told. */
  readonly external: boolean | undefined
  readonly provenance: Provenance
}

/** What the readers of the forms read with. */
export interface Reading {
  readonly yaml: DeclaredYaml
  readonly files: RepositoryFiles
  /** Ansible's variables, where they have one literal value. */
  readonly variables: ReadonlyMap<string, string>
  /** The data of a ConfigMap in Git, where there is one of the name. */
  readonly configMap: (name: string) => ValueMap | undefined
}

/** What the readers of the forms find, before names, files and precedence are settled. */
export interface Harvest {
  readonly policies: DeclaredPolicy[]
  readonly roles: RoleFact[]
  readonly mounts: MountFact[]
  readonly authMounts: AuthMountFact[]
  readonly files: PolicyFile[]
  readonly writes: PolicyWrite[]
  readonly unnamed: UnnamedPolicy[]
  readonly textless: TextlessPolicy[]
  readonly grants: Grant[]
  readonly tokens: DeclaredToken[]
  /** Root tokens of dev servers, and values of Secrets that may be one: compared, and not kept. */
  readonly rootTokens: Set<string>
  readonly secretValues: (Omit<DeclaredToken, 'policies' | 'noDefaultPolicy'> & { readonly value: string })[]
  /** Files that were not read to their end, because a limit was reached. */
  readonly limits: Note[]
  /** Names under which kustomize packs a file (`configMapGenerator`): the last segment, and the path in the repository. */
  readonly packed: { readonly name: string; readonly path: string; readonly from: SourceFile }[]
}

export function emptyHarvest(): Harvest {
  return {
    policies: [],
    roles: [],
    mounts: [],
    authMounts: [],
    files: [],
    writes: [],
    unnamed: [],
    textless: [],
    grants: [],
    tokens: [],
    rootTokens: new Set(),
    secretValues: [],
    limits: [],
    packed: [],
  }
}

export interface PolicyParts extends InNamespace {
  readonly name: string
  readonly unknown: readonly string[]
  readonly placed: PlacedText
  readonly form: DeclaredForm
  readonly namedAt?: Span
  readonly namedBy?: DeclaredForm
  /** `${…}` and `{{…}}` in the text are filled in by something before Vault sees it; in a `script` only what cannot be Vault's own. */
  readonly template?: boolean | 'script'
  /** What may add rules, besides what stands in the text. */
  readonly open?: readonly string[]
  readonly assumed?: readonly string[]
}

export function policyFact(parts: PolicyParts): DeclaredPolicy {
  const { name, unknown, placed, form, namedAt, namedBy, template = false, assumed = [], vaultNamespace } = parts
  const shown = form === 'markdown' || form === 'comment'
  const read = readPolicyText(placed.text, { unknown, template, shown })
  const open = [...new Set([...(parts.open ?? []), ...read.open])]
  return {
    name: lowerCaseName(name, unknown),
    text: read.text,
    unknown: [...new Set([...unknown, ...read.unknown, ...open])],
    spanOfLine: (line) => spanOfLine(placed, line),
    provenance: { from: 'git', span: wholeSpan(placed), form },
    ...(namedAt === undefined ? {} : { namedAt }),
    ...(namedBy === undefined ? {} : { namedBy }),
    ...(open.length === 0 ? {} : { open }),
    ...(assumed.length === 0 ? {} : { assumed }),
    ...(vaultNamespace === undefined ? {} : { vaultNamespace }),
  }
}

/** From the first to the last line that is not blank. */
export function wholeSpan(placed: PlacedText): Span {
  const start = placed.text.search(/\S/)
  return start < 0 ? spanBetween(placed, 0, 0) : spanBetween(placed, start, placed.text.trimEnd().length)
}

/** How many facts there are so far. */
export function factsIn({ policies, roles, mounts, authMounts, writes, textless, grants, tokens }: Harvest): number {
  return [policies, roles, mounts, authMounts, writes, textless, grants, tokens].reduce(
    (sum, list) => sum + list.length,
    0,
  )
}
