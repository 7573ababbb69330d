import { buildText, type Hole, type SymbolicText, sliceText } from '../symbolic-text.ts'
import { cutText } from './cut-text.ts'
import { FOREIGN, isOnlyHoles, joinWords, POSITIONAL, type Scope } from './scope.ts'

/** `A=$B$B`, `B=$C$C`, …: a longer value is no policy. */
const LONGEST_VALUE = 50_000
/** `A=$B`, `B=$C`, …: no script that people wrote goes on like this. */
const MOST_FILLING = 50

/** The text with known variables filled in. */
export function expandText(text: SymbolicText, scope: Scope): SymbolicText {
  if (text.holes.length === 0) return text
  const builder = buildText()
  for (const name of text.assumed ?? []) builder.assume(name)
  let from = 0
  let length = text.value.length
  for (const hole of text.holes) {
    builder.append(sliceText(text, from, hole.at))
    const value = valueOfHole(text, hole, scope)
    length += value.value.length
    if (length > LONGEST_VALUE + text.value.length) return text
    builder.append(value)
    from = hole.at + hole.length
  }
  builder.append(sliceText(text, from))
  return builder.done()
}

function valueOfHole(text: SymbolicText, hole: Hole, scope: Scope): SymbolicText {
  const itself = sliceText(text, hole.at, hole.at + hole.length)
  if (hole.inner !== undefined) {
    const printed = scope.printedBy(hole.inner, scope)
    return printed === undefined || isOnlyHoles(printed) ? itself : placedAt(printed, text.origins[hole.at] ?? 0)
  }
  if (hole.opaque === true) return itself
  const value = hole.list === true ? listText(hole, scope) : scalarValue(hole, scope)
  // `X=$(command)`: "X" says more to a reader than the command does; the number of an argument says nothing.
  if (value === undefined || (isOnlyHoles(value) && !POSITIONAL.test(hole.name))) return itself
  const cut = hole.cut === undefined ? value : cutText(value, hole.cut)
  return cut === undefined ? itself : placedAt(cut, text.origins[hole.at] ?? 0)
}

function scalarValue(hole: Hole, scope: Scope): SymbolicText | undefined {
  const value = filledValue(hole.key ?? hole.name, scope)
  if (hole.fallback === undefined) return value
  if (value !== undefined && value.value !== '') return value
  const builder = buildText()
  builder.append(expandText(hole.fallback, scope))
  builder.assume(hole.name)
  return builder.done()
}

function listText(hole: Hole, scope: Scope): SymbolicText | undefined {
  const items = scope.listOf(hole.name)
  return items === undefined || items.length === 0 ? undefined : joinWords(itemsOf(items, hole))
}

function itemsOf(items: readonly SymbolicText[], { fromItem, name }: Hole): readonly SymbolicText[] {
  // `${@:2}` counts from 1, `${LIST[@]:2}` from 0.
  return fromItem === undefined ? items : items.slice(name === '@' || name === '*' ? fromItem - 1 : fromItem)
}

function placedAt(value: SymbolicText, origin: number): SymbolicText {
  return { ...value, origins: value.origins.map((written) => (written === FOREIGN ? origin : written)) }
}

/** `undefined`: not set to one value, or met while it is filled in (`M=${M:-kv}`). */
function filledValue(name: string, scope: Scope): SymbolicText | undefined {
  if (scope.filled.has(name)) return scope.filled.get(name) ?? scope.inherited(name)?.text
  const assigned = scope.valueOf(name)
  if (assigned === undefined || assigned.final === true) return assigned?.text
  if (scope.filling.depth >= MOST_FILLING) return undefined
  scope.filled.set(name, undefined)
  scope.filling.depth++
  const value = expandText(assigned.text, scope)
  scope.filling.depth--
  scope.filled.set(name, value)
  return value
}

/** The words that one written word becomes: `$X` outside quotes is split at white space, `"${LIST[@]}"` gives its items. */
export function expandWord(text: SymbolicText, scope: Scope): SymbolicText[] {
  const only = text.holes.length === 1 ? text.holes[0] : undefined
  if (only?.list === true && only.opaque !== true && only.length === text.value.length) {
    const items = only.name === '*' && only.quoted ? undefined : scope.listOf(only.name)
    if (items !== undefined) return itemsOf(items, only).map((item) => placedAt(item, text.origins[only.at] ?? 0))
  }
  let current = buildText()
  let started = false
  const words: SymbolicText[] = []
  let from = 0
  for (const hole of text.holes) {
    if (hole.at > from) started = true
    current.append(sliceText(text, from, hole.at))
    const value = valueOfHole(text, hole, scope)
    const pieces = hole.quoted || value.holes.length > 0 ? undefined : value.value.split(/\s+/)
    if (pieces === undefined || pieces.length === 1) {
      current.append(value)
      started = true
    } else
      for (const [index, piece] of pieces.entries()) {
        if (index > 0 && started) {
          words.push(current.done())
          current = buildText()
          started = false
        }
        if (piece !== '') {
          current.add(piece, text.origins[hole.at] ?? 0, 0)
          started = true
        }
      }
    from = hole.at + hole.length
  }
  current.append(sliceText(text, from))
  if (started || from < text.value.length || words.length === 0) words.push(current.done())
  return words
}
