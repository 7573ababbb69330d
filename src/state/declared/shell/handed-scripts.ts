import type { PlacedText } from '../placed-text.ts'
import type { SymbolicText } from '../symbolic-text.ts'
import type { Stream } from './command-input.ts'
import { textOf } from './stream-text.ts'

/** A script that a command hands to another shell. */
export interface HandedScript {
  readonly text: SymbolicText
  /** The text that it stands in, where that is not the one of the command. */
  readonly placed?: PlacedText | undefined
  readonly args: readonly SymbolicText[]
  readonly stdin: Stream | undefined
}

/** `sh -c '…'`, `eval '…'`, `ssh host '…'`, `kubectl exec … -- sh <<EOF`, `… | sh`. */
export function handedScripts(words: readonly SymbolicText[], input: () => Stream | undefined): HandedScript[] {
  const program = words[0]?.value ?? ''
  const handed: HandedScript[] = []
  for (const [index, text] of words.entries()) {
    const flagged = /^-[a-z]*c[a-z]*$/.test(words[index - 1]?.value ?? '')
    if (!/\s/.test(text.value) || !(flagged || program === 'eval' || program === 'ssh')) continue
    // The word behind the script is its name, then come its arguments.
    handed.push({ text, args: flagged ? words.slice(index + 2) : [], stdin: input() })
  }
  const isShell = program === 'ssh' || words.some((word) => /^(?:.*\/)?(?:ba|da|a|z|k)?sh$/.test(word.value))
  const given = handed.length === 0 && isShell ? input() : undefined
  const text = textOf(given)
  if (given === undefined || text === undefined) return handed
  return [{ text, placed: 'placed' in given ? given.placed : undefined, args: [], stdin: undefined }]
}
