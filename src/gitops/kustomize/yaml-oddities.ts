import { resolvePlainScalar } from '../../files/yaml/plain-scalar.ts'
import type { YamlDocument } from '../../files/yaml/yaml-document.ts'
import type { Placed } from '../placed/placed.ts'
import { isBareNull } from './scalar-text.ts'
import { Stop } from './stop.ts'

/** Tags, directives, ends of documents and text behind `---`: kustomize's reader and ours may see other values. */
const ODD = /(?::|^[ \t]*-)[ \t]+!\S|[[{,][ \t]*!\w|^[ \t]*!!\w|^%|^\.\.\.|^---+[ \t]*[^\s#-]|^----/m
const TIME = /\b\d{4}-\d\d?-\d\d?/
const TIME_VALUE = /^\d{4}-\d\d?-\d\d?(?:$|[Tt ])/
const CANONICAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d*[1-9])?(?:Z|[+-](?!00:00)\d\d:\d\d)$/
/** A key that may be a number, a boolean or null; of a text that begins with a line break. */
const ODD_KEY = /[\n{,][ \t-]*(?:[-+.]?\d[\w.+-]*|[-+]?\.\w+|true|false|null|~|True|False|Null|TRUE|FALSE|NULL)[ \t]*:/
/** `{a: }` and `{a}`: a null in a flow collection becomes an empty text. */
const FLOW_NULL = /:\s*[,}\]]|[{,]\s*[\w./"'-]+\s*[,}]/

export function oddYaml(text: string): boolean {
  return ODD.test(text)
}

/** What a file may hold, by a search of its text. */
export interface Suspicion {
  readonly lines: readonly string[]
  readonly time: boolean
  readonly key: boolean
  readonly null: boolean
}

/** `undefined`: most texts hold nothing that could be read differently, and their documents are not looked through. */
export function suspicionOf(text: string): Suspicion | undefined {
  const looks = { time: TIME.test(text), key: ODD_KEY.test(`\n${text}`), null: FLOW_NULL.test(text) }
  return looks.time || looks.key || looks.null ? { ...looks, lines: text.split('\n') } : undefined
}

/**
 * Looks for values that kustomize reads differently: dates, which it takes for points in time, nulls in flow collections, and keys
 * that are no text, which it refuses (kustomize.md §9).
 */
export function checkValues(node: Placed, looks: Suspicion): void {
  const { lines } = looks
  const visit = (here: Placed, isAnnotation: boolean, around: Around | undefined) => {
    if (here.type === 'list') for (const item of here.items) visit(item, false, { here, around })
    else if (here.type === 'map')
      for (const [name, { key, node: below }] of here.entries) {
        if (looks.key && isOddKey(name, key.document, key.path, lines)) throw new Stop('build-fails')
        visit(below, isAnnotation || name === 'annotations', { here, around })
      }
    else if (looks.null && isBareNull(here) && !isAnnotation && isInFlow(around, lines)) throw new Stop('yaml')
    else if (looks.time && !isAnnotation && typeof here.value === 'string' && isTime(here.value)) {
      const { document, path } = here.place
      if (document.isPlain(path)) throw new Stop('yaml')
    }
  }
  visit(node, false, undefined)
}

/** The collections that a value stands in, the innermost first. */
interface Around {
  readonly here: Placed
  readonly around: Around | undefined
}

/** A brace may stand in a text as well (`${NAME}`): what counts is how the collections around the null begin. */
function isInFlow(within: Around | undefined, lines: readonly string[]): boolean {
  for (let at = within; at !== undefined; at = at.around) {
    const { document, path } = at.here.place
    const { line, column } = document.spanOf(path)
    if (/[[{&*!]/.test(lines[line - 1]?.[column - 1] ?? '')) return true
  }
  return false
}

function isTime(value: string): boolean {
  return TIME_VALUE.test(value) && !CANONICAL_TIME.test(value)
}

function isOddKey(name: string, document: YamlDocument, path: readonly (string | number)[], lines: readonly string[]) {
  if (typeof resolvePlainScalar(name) === 'string') return false
  const { line, column } = document.spanOf(path, 'key')
  return !/["']/.test(lines[line - 1]?.[column - 1] ?? '')
}
