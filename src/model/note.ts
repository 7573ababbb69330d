import type { ObstacleReason, RenderReason, UnreadReason } from './reason.ts'
import type { Span } from './span.ts'

/** Something that was seen and left out, with the reason; counted in every report. */
export type Note = NotePlace & NoteBody

export interface NotePlace {
  /** As shown to people; `.` for all that was looked at. */
  readonly file: string
  readonly line?: number
}

export type NoteBody = UnreadReason | FileNote | YamlNote | RenderNote | DeclaredNote

/** Files and folders (platform.md §7, threats 3 and 5). */
export type FileNote =
  /** A plan or report of ours: what a run finds out is not what Git declares. `what`: which, with its article. */
  | { readonly code: 'own-output'; readonly what: string }
  | { readonly code: 'symlink-leaves' | 'symlink-loop' | 'symlink-dead' }
  /** The time for the run was over before it was read; or so many files, or those that declare a Vault's shape. */
  | { readonly code: 'run-time-over'; readonly count?: number; readonly of?: 'declarations' }
  /** Of so many files none holds anything that matters here. */
  | { readonly code: 'nothing-found'; readonly count: number }

/** YAML documents that are read all the same. */
export interface YamlNote {
  readonly code: 'yaml-duplicate-key'
  readonly key: string
  readonly column: number
  /** Where the key stands first. */
  readonly first: { readonly line: number; readonly column: number }
  /** The document names a kind of ESO's. */
  readonly eso?: true
}

/** Roots: what GitOps applies, and what of it is not followed. Titles name a root: "Flux Kustomization apps/db". */
export type RenderNote =
  /** At least one title; the others are not rendered for the same reason. */
  | { readonly code: 'root-not-rendered'; readonly titles: readonly string[]; readonly why: RenderReason }
  /** A part of the kustomization in this file; `others` kustomizations do the same. */
  | { readonly code: 'part-not-rendered'; readonly why: ObstacleReason; readonly others?: number }
  /** What is not there was left out, and the rest rendered. */
  | { readonly code: 'rendered-without'; readonly why: ObstacleReason }
  /** The path of a root does not exist here. */
  | { readonly code: 'path-absent'; readonly title: string }
  /** Its source is another repository. */
  | { readonly code: 'foreign-source'; readonly title: string }

/** What declares policies and roles (field.md §4). */
export type DeclaredNote =
  /** Nested too deeply to be read. */
  | { readonly code: 'declared-too-deep' }
  /** Loops, functions or modules come to more than is followed: the file is not read to its end. */
  | { readonly code: 'declared-too-long'; readonly of: 'script' | 'terraform'; readonly most?: number }
  /** A policy is written from a text that is not among the files. */
  | { readonly code: 'policy-text-elsewhere'; readonly policy: string; readonly source: string }
  /** A resource of Terraform (`helm_release.eso`) whose `holds` name objects of External Secrets. */
  | { readonly code: 'terraform-not-read'; readonly resource: string; readonly holds: 'values' | 'commands' }

/** Kinds of notes, as the JSON report has had them from the beginning (its `reason`). */
export type NoteFamily =
  | 'yaml-unparseable'
  | 'yaml-too-deep'
  | 'yaml-duplicate-key'
  | 'too-large'
  | 'sops'
  | 'symlink'
  | 'template-not-rendered'
  | 'unreadable'
  | 'needs-kustomize'
  | 'render-failed'
  | 'flux-path-absent'
  | 'other'

/** A note at a place: a span's beginning, or a file as a whole. */
export function noteAt(place: NotePlace | Span, body: NoteBody): Note {
  const { file, line } = place
  return line === undefined ? { file, ...body } : { file, line, ...body }
}

export function familyOf(note: NoteBody): NoteFamily {
  switch (note.code) {
    case 'file-unreadable':
    case 'folder-unreadable':
      return 'unreadable'
    case 'file-too-large':
    case 'files-too-large':
    case 'documents-too-many':
      return 'too-large'
    case 'symlink-leaves':
    case 'symlink-loop':
    case 'symlink-dead':
      return 'symlink'
    case 'yaml-unusable':
      return 'yaml-unparseable'
    case 'yaml-template':
    case 'yaml-template-keys':
    case 'chart-template':
      return 'template-not-rendered'
    case 'path-absent':
    case 'foreign-source':
      return 'flux-path-absent'
    case 'root-not-rendered':
    case 'part-not-rendered':
    case 'rendered-without':
      return familyOfRender(note.why)
    case 'sops':
    case 'yaml-unparseable':
    case 'yaml-too-deep':
    case 'yaml-duplicate-key':
      return note.code
    case 'own-output':
    case 'run-time-over':
    case 'nothing-found':
    case 'declared-too-deep':
    case 'declared-too-long':
    case 'policy-text-elsewhere':
    case 'terraform-not-read':
      return 'other'
  }
}

function familyOfRender({ code }: RenderReason): NoteFamily {
  switch (code) {
    case 'needs-remote':
    case 'needs-plugin':
    case 'leaves-repository':
    case 'includes-itself':
    case 'kustomization-too-large':
    case 'kustomize-unusable':
    case 'path-unfilled':
      return 'needs-kustomize'
    case 'needs-helm':
    case 'chart':
      return 'template-not-rendered'
    case 'artifact':
      return 'flux-path-absent'
    default:
      return 'render-failed'
  }
}
