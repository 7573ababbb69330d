import { posix } from 'node:path'
import type { Root } from '../../files/root.ts'
import type { SourceFile } from '../../files/source-file.ts'
import type { Span } from '../../model/span.ts'

/** A folder or file of the checkout that a command applies (applied.md §3.2). */
export interface CommandPath {
  /** Below the checkout. */
  readonly path: string
  readonly span: Span
}

/** What is worth looking into for commands. */
export const MENTIONS_COMMAND =
  /\b(?:kubectl|oc)\s[^\n]*\b(?:apply|create|replace)\b|kustomize\s+build|flux\s+(?:bootstrap|create|push)|argocd\s+app\s+create/

const APPLY = /\b(?:kubectl|oc)\b(?:\s+-{1,2}[\w-]+(?:[= ](?!-)\S+)?)*\s+(?:apply|create|replace)\b(?<rest>[^\n|;&]*)/g
const KUSTOMIZE = /\bkustomize\s+build\b(?<rest>[^\n|;&]*)/g
const WITH_PATH = /\b(?:flux\s+bootstrap|argocd\s+app\s+create)\b(?<rest>[^\n;&]*)/g
const PUSH = /\bflux\s+push\s+artifact\b(?<rest>[^\n;&]*)/g
const PRUNED = /^#!|^\s*#/

/** Files that commands are read in: scripts, workflows, task files, Terraform and pages. */
export function holdsCommands(file: string): boolean {
  return (
    /\.(?:sh|bash|zsh|md|mdx|markdown|tf|just|mk)$/.test(file) ||
    /(?:^|\/)(?:Makefile|GNUmakefile|[Jj]ustfile|\.?[Tt]askfile(?:\.dist)?\.ya?ml)$/.test(file) ||
    /(?:^|\/)\.github\/workflows\/[^/]+\.ya?ml$/.test(file) ||
    !posix.basename(file).includes('.')
  )
}

/**
 * Literal paths that commands apply. They make what they name presumed roots, and are never a reason against anything else: a
 * `kustomize build` in CI is mostly a test, and a page shows examples (applied.md §3.2).
 */
export function commandPaths(files: readonly SourceFile[], root: Root): CommandPath[] {
  const found = new Map<string, CommandPath>()
  for (const source of files) {
    if (source.root !== root.path || !holdsCommands(source.relative) || !MENTIONS_COMMAND.test(source.text)) continue
    for (const { line, text } of commandLines(source.text))
      for (const target of targetsIn(text)) {
        const path = existing(root, source.relative, target)
        if (path === undefined || path === '' || found.has(path)) continue
        found.set(path, {
          path,
          span: { file: source.file, line, column: 1, endLine: line, endColumn: text.length + 1 },
        })
      }
  }
  return [...found.values()]
}

/** Addresses that `flux push artifact` names, with the folder that is packed (applied.md §1.2 rule 6). */
export function pushedArtifacts(files: readonly SourceFile[]): { readonly address: string; readonly folder: string }[] {
  return files.flatMap((source) => {
    if (!source.text.includes('push artifact')) return []
    return commandLines(source.text).flatMap(({ text }) =>
      [...text.matchAll(PUSH)].flatMap((match) => {
        const rest = match.groups?.rest ?? ''
        const address = /oci:\/\/[^\s"']+/.exec(rest)?.[0]
        const folder = /--path[= ]["']?([^\s"']+)/.exec(rest)?.[1]
        if (address === undefined || folder === undefined || /[$`]/.test(folder)) return []
        return [{ address: address.replace(/:[^/:]*$/, ''), folder: posix.normalize(folder).replace(/^\.$|\/$/g, '') }]
      }),
    )
  })
}

/** Lines with their continuations; comments are none. */
function commandLines(text: string): { readonly line: number; readonly text: string }[] {
  const lines: { line: number; text: string }[] = []
  let open: { line: number; text: string } | undefined
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    if (open === undefined && PRUNED.test(raw)) continue
    const continued = /\\\s*$/.test(raw)
    const part = raw.replace(/\\\s*$/, ' ')
    if (open === undefined) open = { line: index + 1, text: part }
    else open.text += part
    if (continued && open.text.length < 10_000) continue
    lines.push(open)
    open = undefined
  }
  if (open !== undefined) lines.push(open)
  return lines
}

function targetsIn(line: string): string[] {
  const targets: string[] = []
  const words = (rest: string | undefined) => (rest ?? '').match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? []
  const bare = (word: string) => word.replace(/^["']|["']$/g, '').replace(/[`)]+$/, '')
  for (const match of line.matchAll(APPLY)) {
    const list = words(match.groups?.rest)
    for (const [index, word] of list.entries()) {
      const [, joined] = /^(?:-k|-f|--kustomize|--filename)=?(.*)$/.exec(word) ?? []
      if (joined !== undefined) targets.push(bare(joined === '' ? (list[index + 1] ?? '') : joined))
    }
  }
  for (const match of line.matchAll(KUSTOMIZE)) {
    const target = words(match.groups?.rest).find((word) => !word.startsWith('-'))
    if (target !== undefined) targets.push(bare(target))
  }
  for (const match of line.matchAll(WITH_PATH)) {
    const [, path] = /--path[= ]["']?([^\s"']+)/.exec(match.groups?.rest ?? '') ?? []
    if (path !== undefined) targets.push(bare(path))
  }
  // A variable, a pipe or an address is no literal path of this checkout.
  return targets.filter((target) => target !== '' && target !== '-' && !/[$*`{}<>]|:\/\//.test(target))
}

function existing(root: Root, from: string, target: string): string | undefined {
  for (const base of ['', posix.dirname(from)]) {
    const path = root.resolve(posix.join(base === '.' ? '' : base, target))
    if (path !== undefined && (root.files.has(path) || root.folders.has(path))) return path
  }
  return undefined
}
