import { basename } from 'node:path'
import { ancestors } from '../files/ancestors.ts'
import type { Discovery } from '../files/discover.ts'
import { formOf, isKustomizationName, mayDeclare } from '../files/relevance.ts'
import type { SourceFile } from '../files/source-file.ts'

/** Why all of a repository is read for a change: what it alters may decide for any reference. */
export type WideReason =
  /** The config of the check. */
  | 'config'
  /** Policies, roles, mounts or logins are not the same in both states. */
  | 'law'
  /** A link, a submodule, a list of what is left out. */
  | 'no-plain-file'
  /** Objects that stand for others: stores, generators, namespaces, definitions, what installs ESO. */
  | 'shared-object'
  /** What Terraform, scripts and plays apply differs. */
  | 'applied-elsewhere'
  /** Whether GitOps leads to anything, or how sure what nothing leads to is applied, which all of the repository tells. */
  | 'left-over'
  /** A name that nothing resolves. */
  | 'open-name'
  /** What a rule says of it hangs on references that the change does not touch. */
  | 'rule'

export interface AlteredFiles {
  readonly now: Pick<Discovery, 'files' | 'roots'>
  readonly before: Pick<Discovery, 'files' | 'roots'>
  /** Paths below the root. */
  readonly altered: ReadonlySet<string>
  readonly config: string | undefined
}

/** Files that say of other files what becomes of them. */
const SAYS_OF_FILES = /^\.(?:sourceignore|helmignore|gitmodules|gitattributes|gitignore|krmignore)$|^\.argocd-/

/** Terraform that takes whatever files there are. */
const TAKES_FILES = /\b(?:fileset|yamldecode|jsondecode)\s*\(/

/** By the files alone, before any is parsed: whether what the change alters may decide for references everywhere. */
export function widelyAltered({ now, before, altered, config }: AlteredFiles): WideReason | undefined {
  if (config !== undefined && altered.has(config)) return 'config'
  const isThere = (path: string) => [...now.roots, ...before.roots].some(({ files }) => files.has(path))
  for (const path of altered) if (SAYS_OF_FILES.test(basename(path)) || !isThere(path)) return 'no-plain-file'
  return undefined
}

/**
 * Whether nothing reads what is altered: texts, images, sources of programs, which no file names that is read, and which are no part of a chart. A
 * folder that came or went may be one that an ApplicationSet asks for.
 */
export function touchesNothing({ now, before, altered }: AlteredFiles): boolean {
  const states = [now, before]
  const read = new Set(states.flatMap(({ files }) => files.map(({ relative }) => relative)))
  const isApart = (path: string) => {
    const name = basename(path)
    if (read.has(path) || formOf(name) === 'yaml' || formOf(name) === 'terraform' || formOf(name) === 'hcl')
      return false
    return states.every(({ roots, files }) => {
      const [root] = roots
      if (root === undefined || !root.folders.has(ancestors(path)[0] ?? '')) return false
      if (ancestors(path).some((folder) => root.files.has(folder === '' ? 'Chart.yaml' : `${folder}/Chart.yaml`)))
        return false
      return !files.some((file) => mayReadText(file) && file.text.includes(name))
    })
  }
  return [...altered].every(isApart)
}

/** Generators of kustomizations, scripts, Terraform and parameters of charts take any file. */
function mayReadText({ relative, text }: SourceFile): boolean {
  const name = basename(relative)
  const form = formOf(name)
  return form !== 'markdown' && (form !== 'yaml' || isKustomizationName(name) || text.includes('fileParameters'))
}

/** Whether the files may say something else of policies, roles, mounts and logins in the two states. */
export function mayAlterLaw({ now, before, altered }: AlteredFiles): boolean {
  return [now, before].some(
    ({ files }) => files.some((file) => altered.has(file.relative) && isLaw(file)) || isNamedByScript(files, altered),
  )
}

function isLaw({ relative, text, use }: SourceFile): boolean {
  return use === undefined && (formOf(basename(relative)) !== 'yaml' || mayDeclare(text))
}

/** Whether a script, Terraform or a play may read one of these files. */
function isNamedByScript(files: readonly SourceFile[], altered: ReadonlySet<string>): boolean {
  const names = [...altered].filter((path) => formOf(basename(path)) !== 'markdown').map((path) => basename(path))
  return files.some(
    (file) => (names.some((name) => file.text.includes(name)) || TAKES_FILES.test(file.text)) && isScript(file),
  )
}

function isScript({ relative, text, use }: SourceFile): boolean {
  if (use !== undefined) return false
  const form = formOf(basename(relative))
  return (
    form === 'shell' ||
    form === 'terraform' ||
    (form === 'yaml' && /hosts|tasks/.test(text) && /^\s*-?\s*(?:hosts|tasks)\s*:/m.test(text))
  )
}
