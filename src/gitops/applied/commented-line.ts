import { posix } from 'node:path'
import type { Span } from '../../model/span.ts'
import type { Checkout } from '../checkout.ts'
import { kustomizationFileIn } from '../look-through/kustomization-file.ts'
import { joinRelative } from '../look-through/repository-tree.ts'

/**
 * The commented line that would lead to a file: an entry of a kustomization above it, or the `path` of a Flux Kustomization that is
 * commented out as a whole (applied.md §1.4).
 */
export function commentedLine(checkout: Checkout, folders: readonly string[], file: string): Span | undefined {
  const leads = (path: string) => file === path || file.startsWith(`${path}/`) || isBeside(path, file)
  for (const folder of new Set(folders)) {
    const name = kustomizationFileIn(checkout.tree, folder)
    const source = name === undefined ? undefined : checkout.sources.get(name)
    if (source === undefined) continue
    for (const [index, line] of source.text.split(/\r?\n/).entries()) {
      const [whole, entry] = /^\s*#+\s*-\s*["']?([^"'\s#]+)/.exec(line) ?? []
      if (whole === undefined || entry === undefined || entry.includes('://')) continue
      if (leads(joinRelative(folder, entry))) return spanOfLine(source.file, index, line)
    }
  }
  for (const source of checkout.sources.values()) {
    if (!source.text.includes('kustomize.toolkit.fluxcd.io') || !source.text.includes('#')) continue
    for (const [index, line] of source.text.split(/\r?\n/).entries()) {
      const [, path] = /^\s*#+\s*path:\s*["']?(?:\.?\/)?([^"'\s#]+)/.exec(line) ?? []
      if (path !== undefined && path !== '' && leads(path.replace(/\/+$/, '')))
        return spanOfLine(source.file, index, line)
    }
  }
  return undefined
}

/** `beta/ks.yaml` leads to what lies in `beta/`. */
function isBeside(path: string, file: string): boolean {
  const folder = posix.dirname(path)
  return /\.ya?ml$/.test(path) && folder !== '.' && file.startsWith(`${folder}/`)
}

function spanOfLine(file: string, index: number, line: string): Span {
  return { file, line: index + 1, column: 1, endLine: index + 1, endColumn: line.length + 1 }
}
