import { type SymbolicText, sliceText } from '../symbolic-text.ts'
import { type Redirect, type ShellToken, type ShellTokens, tokenizeShell } from './shell-tokens.ts'
import type { ShellWord } from './shell-word.ts'

/** `NAME=value`; a list for `NAME=(a b)`; `undefined` when only running tells (`read NAME`, `NAME+=…`). */
export interface Assignment {
  readonly name: string
  readonly value: SymbolicText | readonly ShellWord[] | undefined
}

/** `for variable in items`; `undefined` items: the positional parameters. */
export interface ForLoop {
  readonly variable: string
  readonly items: readonly ShellWord[] | undefined
}

/** One simple command, wherever in the script it stands: conditions are not judged, both branches count. */
export interface ShellCommand {
  readonly assignments: readonly Assignment[]
  readonly words: readonly ShellWord[]
  readonly redirects: readonly Redirect[]
  readonly pipedFrom: ShellCommand | undefined
  /** The loops around it, outermost first. */
  readonly loops: readonly ForLoop[]
  /** Offsets of its first and after its last word. */
  readonly from: number
  readonly to: number
}

const SKIPPED = new Set(['if', 'then', 'elif', 'else', 'fi', 'esac', 'do', '{', '}', '!', 'time'])
const DECLARING = new Set(['export', 'local', 'readonly', 'declare', 'typeset'])

/** Reads a script into its simple commands, those inside `$(…)` included. */
export function readShellCommands(source: string): ShellCommand[] {
  return commandsOf(tokenizeShell(source), source)
}

function commandsOf({ tokens, inner }: ShellTokens, source: string): ShellCommand[] {
  return [...new CommandLine(tokens, source).read(), ...inner.flatMap((nested) => commandsOf(nested, source))]
}

interface Building {
  assignments: Assignment[]
  words: ShellWord[]
  redirects: Redirect[]
  from: number
  to: number
}

class CommandLine {
  readonly #tokens: readonly ShellToken[]
  readonly #source: string
  #at = 0

  constructor(tokens: readonly ShellToken[], source: string) {
    this.#tokens = tokens
    this.#source = source
  }

  read(): ShellCommand[] {
    const commands: ShellCommand[] = []
    const loops: (ForLoop | undefined)[] = []
    let building: Building | undefined
    let pipedFrom: ShellCommand | undefined
    const finish = (operator: string) => {
      let command: ShellCommand | undefined
      if (building !== undefined) {
        const around = loops.filter((loop) => loop !== undefined)
        command = { ...building, assignments: assignmentsOf(building), pipedFrom, loops: around }
        commands.push(command)
        building = undefined
      }
      pipedFrom =
        operator === '|' || operator === '|&'
          ? command
          : operator === '\n' && command === undefined
            ? pipedFrom
            : undefined
    }
    for (; this.#at < this.#tokens.length; this.#at++) {
      const token = this.#tokens[this.#at]
      if (token === undefined) break
      if (token.kind === 'operator') {
        finish(token.text)
        continue
      }
      if (token.kind === 'redirect') {
        building ??= empty(Number.NaN)
        building.redirects.push(token.redirect)
        continue
      }
      if (token.kind === 'array') {
        building ??= empty(token.from)
        building.assignments.push({ name: token.name, value: token.items })
        continue
      }
      const { word } = token
      const fresh = building === undefined || building.words.length === 0
      const name = word.text.value
      if (fresh && word.bare && word.text.holes.length === 0) {
        if (SKIPPED.has(name)) continue
        if (name === 'done') {
          loops.pop()
          continue
        }
        if (name === 'while' || name === 'until') {
          loops.push(undefined)
          continue
        }
        if (name === 'for' || name === 'select') {
          loops.push(this.#loopHead())
          continue
        }
      }
      building ??= empty(word.from)
      if (Number.isNaN(building.from)) building.from = word.from
      building.to = word.to
      const assigned = fresh ? this.#assignment(word) : undefined
      if (assigned === undefined) building.words.push(word)
      else building.assignments.push(assigned)
    }
    finish('')
    return commands
  }

  /** From `for` to the end of its list of items. */
  #loopHead(): ForLoop | undefined {
    const variable = this.#wordAt(this.#at + 1)
    if (variable === undefined) return undefined
    this.#at++
    if (this.#wordAt(this.#at + 1)?.text.value !== 'in') return { variable: variable.text.value, items: undefined }
    this.#at++
    const items: ShellWord[] = []
    for (let item = this.#wordAt(this.#at + 1); item !== undefined; item = this.#wordAt(this.#at + 1)) {
      items.push(item)
      this.#at++
    }
    return { variable: variable.text.value, items }
  }

  #wordAt(index: number): ShellWord | undefined {
    const token = this.#tokens[index]
    return token?.kind === 'word' ? token.word : undefined
  }

  #assignment(word: ShellWord): Assignment | undefined {
    const match = /^([A-Za-z_]\w*)(\+?)=/.exec(this.#source.slice(word.from, word.from + 200))
    if (match === null) return undefined
    const name = match[1] ?? ''
    return { name, value: match[2] === '+' ? undefined : sliceText(word.text, match[0].length) }
  }
}

function empty(from: number): Building {
  return { assignments: [], words: [], redirects: [], from, to: from }
}

/** Adds what `export X=1` and `read X` assign. */
function assignmentsOf({ assignments, words }: Building): Assignment[] {
  const [first, ...rest] = words
  if (first === undefined) return assignments
  const declared: Assignment[] = []
  if (DECLARING.has(first.text.value))
    for (const { text } of rest) {
      const match = /^([A-Za-z_]\w*)=/.exec(text.value)
      if (match !== null) declared.push({ name: match[1] ?? '', value: sliceText(text, match[0].length) })
    }
  if (first.text.value === 'read')
    for (const { text } of rest)
      if (/^[A-Za-z_]\w*$/.test(text.value)) declared.push({ name: text.value, value: undefined })
  // `: "${NAME:=default}"` sets the variable when nothing else did.
  if (first.text.value === ':')
    for (const { text } of rest)
      for (const hole of text.holes)
        if (hole.fallback !== undefined) declared.push({ name: hole.name, value: hole.fallback })
  return [...assignments, ...declared]
}
