import { lastSegment } from '../file-lookup.ts'
import type { PlacedText } from '../placed-text.ts'
import type { SymbolicText } from '../symbolic-text.ts'
import type { WrittenFiles } from './written-files.ts'

const COPIERS = new Set(['kubectl', 'oc', 'docker', 'podman', 'nerdctl'])

/** `cp a b`, `kubectl cp a pod:b`: the file is used under its other name. */
export function noteCopy(words: readonly SymbolicText[], written: WrittenFiles, placed: PlacedText): void {
  const program = lastSegment(words[0]?.value ?? '')
  const at = COPIERS.has(program)
    ? words.findIndex((word) => word.value === 'cp')
    : ['cp', 'scp'].includes(program)
      ? 0
      : -1
  if (at < 0) return
  const paths = words
    .slice(at + 1)
    .filter((word, index, all) => !word.value.startsWith('-') && !/^-[cn]$/.test(all[index - 1]?.value ?? ''))
  const [from, to, ...more] = paths
  if (from !== undefined && to !== undefined && more.length === 0) written.copy(from, to, placed)
}
