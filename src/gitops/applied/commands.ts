import { posix } from 'node:path'
import { MENTIONS_COMMAND } from '../../files/relevance.ts'
import type { Root } from '../../files/root.ts'
import type { SourceFile } from '../../files/source-file.ts'
import type { Span } from '../../model/span.ts'

/** A folder or file of the checkout that a command applies (applied.md §3.2). */
export interface CommandPath {
  /** Below the checkout. */
  readonly path: string
  readonly span: Span
  /** All that is below the folder too. */
  readonly deep: boolean
}

/** A path of which a variable leaves a part open. */
export interface OpenCommandPath {
  /** As it is written. */
  readonly text: string
  readonly span: Span
  /** Whether it may mean a file, or a folder above it. */
  mayMean(file: string): boolean
}

export interface Commands {
  readonly paths: readonly CommandPath[]
  readonly open: readonly OpenCommandPath[]
}

const APPLY = /\b(?:kubectl|oc)\b(?:\s+-[\w-]+(?:[= ](?!-)\S+)?)*\s+(?:apply|create|replace)\b(?<rest>[^\n|;&]*)/g
const KUSTOMIZE = /\b(?:kustomize\s+build|(?:kubectl|oc)\s+kustomize)\b(?<rest>[^\n|;&)]*)/g
const WITH_PATH =
  /\b(?:flux\s+(?:bootstrap|create\s+kustomization|build\s+kustomization)|argocd\s+app\s+create)\b(?<rest>[^\n;&]*)/g
/** What tools that set up a cluster name in files of their own. */
const NAMED = /^\s*["']?kustomization(?:File|Path|Directory)["']?\s*:\s*["']?(?<path>[^\s"'#]+)/
const PUSH = /\bflux\s+push\s+artifact\b(?<rest>[^\n;&]*)/g
const COMMENT = /^#!|^\s*#/
/** Whatever is longer is no command that anybody wrote. */
const MAX_LINE = 4_000
/** `${{ matrix.env }}`, `{{.ENV}}`, `${ENV}`, `$(ENV)`, `$ENV`. */
const VARIABLE = /\$?\{\{[^{}]*\}\}|\$\{[^{}$]*\}|\$\([^()$]*\)|\$\w+/g
const HOLE = '*'

/** Files that commands are read in: scripts, workflows, task files, Terraform and pages. */
function holdsCommands(file: string): boolean {
  return (
    /\.(?:sh|bash|zsh|md|mdx|markdown|tf|just|mk)$/.test(file) ||
    /(?:^|\/)\.?[Tt]askfile(?:\.dist)?\.ya?ml$/.test(file) ||
    /(?:^|\/)\.github\/workflows\/[^/]+\.ya?ml$/.test(file) ||
    /(?:^|\/)\.gitlab-ci\.ya?ml$/.test(file) ||
    !posix.basename(file).includes('.')
  )
}

/**
 * Paths that commands apply. They make what they name presumed roots, and are never a reason against anything else: a `kustomize build`
 * in CI is mostly a test, and a page shows examples. What a variable leaves open is unclear (applied.md §3.2).
 */
export function commandsIn(files: readonly SourceFile[], root: Root): Commands {
  const paths = new Map<string, CommandPath>()
  const open = new Map<string, OpenCommandPath>()
  for (const source of files) {
    if (source.root !== root.path || !MENTIONS_COMMAND.test(source.text)) continue
    const isScript = holdsCommands(source.relative)
    if (!isScript && !/\.ya?ml$/.test(source.relative)) continue
    for (const { line, text } of commandLines(source.text))
      for (const { target, deep } of isScript ? targetsIn(text) : namedIn(text)) {
        const span = { file: source.file, line, column: 1, endLine: line, endColumn: text.length + 1 }
        if (target.includes(HOLE)) {
          const found = openPath(root, source.relative, target, span)
          if (found !== undefined && !open.has(found.text)) open.set(found.text, found)
          continue
        }
        const path = existing(root, source.relative, target)
        if (path === undefined || path === '') continue
        const known = paths.get(path)
        if (known === undefined || (deep && !known.deep)) paths.set(path, { path, deep, span: known?.span ?? span })
      }
  }
  return { paths: [...paths.values()], open: [...open.values()] }
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
    if (open === undefined && COMMENT.test(raw)) continue
    const continued = /\\\s*$/.test(raw)
    const part = raw.replace(/\\\s*$/, ' ')
    if (open === undefined) open = { line: index + 1, text: part }
    else open.text += part
    if (continued && open.text.length < MAX_LINE) continue
    lines.push(open)
    open = undefined
  }
  if (open !== undefined) lines.push(open)
  return lines.filter((one) => one.text.length < MAX_LINE * 2)
}

interface Target {
  /** A variable in it is a `*`. */
  readonly target: string
  readonly deep: boolean
}

function namedIn(line: string): Target[] {
  const path = NAMED.exec(line)?.groups?.path
  return path === undefined || /[$*`{}<>]|:\/\//.test(path) ? [] : [{ target: path, deep: false }]
}

function targetsIn(given: string): Target[] {
  const line = given.replace(VARIABLE, HOLE)
  const targets: Target[] = []
  const words = (rest: string | undefined) => (rest ?? '').match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? []
  const bare = (word: string) => word.replace(/^["']|["']$/g, '').replace(/[`)\],]+$/, '')
  for (const match of line.matchAll(APPLY)) {
    const list = words(match.groups?.rest)
    const deep = list.some((word) => /^(?:-R|--recursive)(?:=true)?$/.test(word))
    for (const [index, word] of list.entries()) {
      const [, joined] = /^(?:-k|-f|--kustomize|--filename)=?(.*)$/.exec(word) ?? []
      if (joined !== undefined) targets.push({ target: bare(joined === '' ? (list[index + 1] ?? '') : joined), deep })
    }
  }
  for (const match of line.matchAll(KUSTOMIZE)) {
    const target = words(match.groups?.rest).find((word) => !word.startsWith('-'))
    if (target !== undefined) targets.push({ target: bare(target), deep: false })
  }
  for (const match of line.matchAll(WITH_PATH)) {
    const [, path] = /--path[= ]["']?([^\s"']+)/.exec(match.groups?.rest ?? '') ?? []
    if (path !== undefined) targets.push({ target: bare(path), deep: false })
  }
  // Standard input, a placeholder and an address are no path of this checkout.
  return targets.filter(({ target }) => target !== '' && target !== '-' && !/[`{}<>$]|:\/\//.test(target))
}

function existing(root: Root, from: string, target: string): string | undefined {
  for (const base of ['', posix.dirname(from)]) {
    const path = root.resolve(posix.join(base === '.' ? '' : base, target))
    if (path !== undefined && (root.files.has(path) || root.folders.has(path))) return path
  }
  return undefined
}

/** A path with variables: each stands for one segment, or a part of one. `undefined`: nothing of it is told, or nothing fits. */
function openPath(root: Root, from: string, target: string, span: Span): OpenCommandPath | undefined {
  for (const base of ['', posix.dirname(from)]) {
    const path = posix.normalize(posix.join(base === '.' ? '' : base, target)).replace(/\/$/, '')
    const segments = path.split('/')
    if (segments.every((segment) => segment.includes(HOLE)) || segments[0] === '..') continue
    const tests = segments.map((segment) => {
      const fixed = segment.split(/\*+/)
      const [first = '', ...rest] = fixed
      const last = rest.at(-1) ?? ''
      return (name: string) =>
        rest.length === 0
          ? name === segment
          : name.length >= first.length + last.length && name.startsWith(first) && name.endsWith(last)
    })
    const mayMean = (file: string) => {
      const parts = file.split('/')
      return parts.length >= tests.length && tests.every((test, index) => test(parts[index] as string))
    }
    if ([...root.files].some(mayMean)) return { text: target, span, mayMean }
  }
  return undefined
}
