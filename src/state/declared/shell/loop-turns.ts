import type { SourceFile } from '../../../files/source-file.ts'
import { lastSegment, type RepositoryFiles } from '../file-lookup.ts'
import { buildText, type SymbolicText, sliceText } from '../symbolic-text.ts'
import { type Flow, inputOf } from './command-input.ts'
import { expandWord } from './expand-text.ts'
import { separatorIn, splitFields } from './read-fields.ts'
import { frozen, type Scope } from './scope.ts'
import { bind } from './script-scope.ts'
import { type Compound, readNames } from './shell-commands.ts'
import type { ShellWord } from './shell-word.ts'
import { bodyOf } from './stream-text.ts'
import type { WrittenFiles } from './written-files.ts'

/** Loops in loops multiply; beyond this the variables stay unknown. */
const MOST_TURNS = 256

export interface TurnContext {
  readonly files: RepositoryFiles
  readonly source: SourceFile
  readonly written: WrittenFiles
}

/**
 * The scopes in which the nodes of a compound run: one for each turn of a loop whose items are known (words, files that a pattern
 * stands for, lines of a text), else one in which the loop's variables are not.
 */
export function turnsOf(node: Compound, scope: Scope, flow: Flow, context: TurnContext): readonly Scope[] {
  if (node.kind === 'for' && node.loop !== undefined) {
    const { variable } = node.loop
    const items = itemsOf(node.loop.items, scope, context)
    return turns(
      scope,
      [variable],
      items?.map((item) => [[variable, item]]),
    )
  }
  const { condition } = node
  if (node.kind !== 'while' || condition?.words[0]?.text.value !== 'read') return [scope]
  const names = readNames(condition.words)
  const given = inputOf(node, scope, flow)
  const text = bodyOf(given, { ...context, files: context.files.find })
  const separator = separatorIn(condition.assignments)
  return turns(
    scope,
    names,
    text === undefined ? undefined : linesOf(text).map((line) => splitFields(line, names, separator)),
  )
}

function turns(
  scope: Scope,
  names: readonly string[],
  items: readonly (readonly [string, SymbolicText][])[] | undefined,
): Scope[] {
  if (items === undefined || items.length === 0 || items.length * scope.turns > MOST_TURNS)
    return [bind(scope, new Map(names.map((name) => [name, undefined])))]
  // Turns of one are told from no turns that are known.
  const count = Math.max(items.length * scope.turns, scope.turns + 1)
  return items.map((item) => bind(scope, new Map(item.map(([name, value]) => [name, frozen(value)])), count))
}

function itemsOf(
  words: readonly ShellWord[] | undefined,
  scope: Scope,
  context: TurnContext,
): readonly SymbolicText[] | undefined {
  const given = words === undefined ? scope.listOf('@') : words.flatMap((item) => expandWord(item.text, scope))
  const items: SymbolicText[] = []
  for (const item of given ?? []) {
    if (/[*?]/.test(lastSegment(item.value))) {
      const files = context.files.matching(item.value, context.source)
      if (files.length === 0) return undefined
      for (const file of files) items.push(withName(item, lastSegment(file.relative)))
    } else if (item.holes.length > 0 || /[*?[{]/.test(item.value)) return undefined
    else items.push(item)
  }
  return items
}

/** The folder as it is written, with the name of one of its files. */
function withName(pattern: SymbolicText, name: string): SymbolicText {
  const text = buildText()
  const slash = pattern.value.lastIndexOf('/')
  text.append(sliceText(pattern, 0, slash + 1))
  text.add(name, pattern.origins.at(-1) ?? 0, 0)
  return text.done()
}

function linesOf(text: SymbolicText): SymbolicText[] {
  const lines: SymbolicText[] = []
  for (let from = 0; from < text.value.length; ) {
    const end = text.value.indexOf('\n', from)
    const line = sliceText(text, from, end < 0 ? undefined : end)
    if (line.value.trim() !== '') lines.push(line)
    from = end < 0 ? text.value.length : end + 1
  }
  return lines
}
