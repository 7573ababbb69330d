import type { SymbolicText } from '../symbolic-text.ts'

const PROGRAMS: ReadonlySet<string> = new Set(['kubectl', 'oc', 'k', 'k3s', 'microk8s.kubectl'])
const VERBS: ReadonlySet<string> = new Set(['apply', 'create', 'replace'])

/** The file that `kubectl apply -f` is given, `-` for its standard input; `undefined`: the words apply nothing of a script's own. */
export function appliedFile(words: readonly SymbolicText[]): string | undefined {
  const values = words.map(({ value }) => value)
  const program = values.findIndex((word) => PROGRAMS.has(word.slice(word.lastIndexOf('/') + 1)))
  // `sudo`, `env A=b` and a path stand before it; a verb of another program does not.
  if (program < 0 || program > 3) return undefined
  const rest = values.slice(program + 1)
  if (!rest.some((word) => VERBS.has(word)) || rest.some((word) => /^--dry-run(?!=none$)/.test(word))) return undefined
  for (const [index, word] of rest.entries()) {
    if (word === '-f' || word === '--filename') return rest[index + 1]
    const inline = /^(?:-f|--filename=)(.+)$/.exec(word)?.[1]
    if (inline !== undefined) return inline
  }
  return undefined
}
