import { posix } from 'node:path'
import type { SourceFile } from '../../files/source-file.ts'
import type { Span } from '../../model/span.ts'
import type { Checkout } from '../checkout.ts'
import { kustomizationFileIn } from '../look-through/kustomization-file.ts'
import { joinRelative } from '../look-through/repository-tree.ts'

/**
 * The commented line that would lead to a file: an entry of a kustomization above it, or the `path` of a Flux Kustomization that is
 * commented out as a whole (applied.md §1.4).
 */
export function commentedLine(checkout: Checkout, folders: readonly string[], file: string): Span | undefined {
  const leads = ({ path }: Commented) => file === path || file.startsWith(`${path}/`) || isBeside(path, file)
  for (const folder of new Set(folders)) {
    const found = commentedEntries(checkout, folder).find(leads)
    if (found !== undefined) return found.span
  }
  return commentedPaths(checkout).find(leads)?.span
}

/** A line that is commented out, and the path that it would name. */
interface Commented {
  readonly path: string
  readonly span: Span
}

/** Asked for every object that nothing applies; each file is looked through once. */
const entriesOf = new WeakMap<Checkout, Map<string, readonly Commented[]>>()
const pathsOf = new WeakMap<Checkout, readonly Commented[]>()

/** Entries of the kustomization of a folder. */
function commentedEntries(checkout: Checkout, folder: string): readonly Commented[] {
  const known = entriesOf.get(checkout) ?? new Map<string, readonly Commented[]>()
  entriesOf.set(checkout, known)
  let found = known.get(folder)
  if (found === undefined) {
    const name = kustomizationFileIn(checkout.tree, folder)
    const source = name === undefined ? undefined : checkout.sources.get(name)
    found = commentedIn(source, (line) => {
      const [, entry] = /^\s*#+\s*-\s*["']?([^"'\s#]+)/.exec(line) ?? []
      return entry === undefined || entry.includes('://') ? undefined : joinRelative(folder, entry)
    })
    known.set(folder, found)
  }
  return found
}

/** Paths of Flux Kustomizations. */
function commentedPaths(checkout: Checkout): readonly Commented[] {
  let found = pathsOf.get(checkout)
  if (found === undefined) {
    found = [...checkout.sources.values()].flatMap((source) =>
      source.text.includes('kustomize.toolkit.fluxcd.io')
        ? commentedIn(source, (line) => {
            const [, path] = /^\s*#+\s*path:\s*["']?(?:\.?\/)?([^"'\s#]+)/.exec(line) ?? []
            return path === undefined || path === '' ? undefined : path.replace(/\/+$/, '')
          })
        : [],
    )
    pathsOf.set(checkout, found)
  }
  return found
}

function commentedIn(source: SourceFile | undefined, pathOf: (line: string) => string | undefined): Commented[] {
  if (source?.text.includes('#') !== true) return []
  return source.text.split(/\r?\n/).flatMap((line, index) => {
    const path = pathOf(line)
    return path === undefined ? [] : [{ path, span: spanOfLine(source.file, index, line) }]
  })
}

/** `beta/ks.yaml` leads to what lies in `beta/`. */
function isBeside(path: string, file: string): boolean {
  const folder = posix.dirname(path)
  return /\.ya?ml$/.test(path) && folder !== '.' && file.startsWith(`${folder}/`)
}

function spanOfLine(file: string, index: number, line: string): Span {
  return { file, line: index + 1, column: 1, endLine: index + 1, endColumn: line.length + 1 }
}
