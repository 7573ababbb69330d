import type { SourceFile } from '../../files/source-file.ts'
import type { Span } from '../../model/span.ts'
import type { AuthMountFact, DeclaredForm, InNamespace, MountFact, RoleFact } from '../../model/vault-state.ts'
import type { DeclaredPolicy, TextlessPolicy, UnnamedPolicy } from './declared.ts'
import { isVaultDirective, lowerCaseName, withTemplateHoles } from './partly-known.ts'
import { type PlacedText, spanBetween, spanOfLine } from './placed-text.ts'

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
  /** Values that `templatefile()` fills in. `undefined`: the text is written as it is. */
  readonly variables?: Readonly<Record<string, string>>
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
    packed: [],
  }
}

export interface PolicyParts extends InNamespace {
  readonly name: string
  readonly unknown: readonly string[]
  readonly placed: PlacedText
  readonly form: DeclaredForm
  readonly namedAt?: Span
  /** `${…}` and `{{…}}` in the text are filled in by something before Vault sees it; in a `script` only what cannot be Vault's own. */
  readonly template?: boolean | 'script'
}

export function policyFact(parts: PolicyParts): DeclaredPolicy {
  const { name, unknown, placed, form, namedAt, template, vaultNamespace } = parts
  const filled =
    template === true
      ? withTemplateHoles(placed.text)
      : template === 'script'
        ? withTemplateHoles(placed.text, isVaultDirective)
        : { text: placed.text, unknown: [] }
  const all = [...new Set([...unknown, ...filled.unknown])]
  return {
    name: lowerCaseName(name, unknown),
    text: filled.text,
    unknown: all,
    spanOfLine: (line) => spanOfLine(placed, line),
    provenance: { from: 'git', span: wholeSpan(placed), form },
    ...(namedAt === undefined ? {} : { namedAt }),
    ...(vaultNamespace === undefined ? {} : { vaultNamespace }),
  }
}

/** From the first to the last line that is not blank. */
export function wholeSpan(placed: PlacedText): Span {
  const start = placed.text.search(/\S/)
  return start < 0 ? spanBetween(placed, 0, 0) : spanBetween(placed, start, placed.text.trimEnd().length)
}
