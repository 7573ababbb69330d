import { shapeOf } from '../../go-template/call-function.ts'
import { TemplateSyntaxError, TemplateTooDeep } from '../../go-template/go-lexer.ts'
import { parseTemplate } from '../../go-template/go-parser.ts'
import type { TemplateTree } from '../../go-template/go-tree.ts'
import { type GoValue, UNKNOWN } from '../../go-template/go-value.ts'
import { runTemplate } from '../../go-template/run-template.ts'
import type { Value, ValueMap } from '../../model/value.ts'
import { mayHold, type ParameterSet } from './parameters.ts'
import { APPLICATION_SET_CALLS, APPLICATION_SET_FUNCTIONS, CHANGES_ITS_ARGUMENT } from './template-functions.ts'

/** Stands for what Git does not tell, in a text that is filled in otherwise. */
export const UNFILLED = '{{?}}'

export type Filled =
  | { readonly ok: true; readonly text: string }
  /** Argo CD refuses it, and with it the whole ApplicationSet. `missing`: because a parameter is not there. */
  | { readonly ok: false; readonly says: string; readonly missing: boolean }

export interface Filler {
  readonly goTemplate: boolean
  /** Fills a text with a set; `strictly`: a parameter that is not there is an error whatever the options say. */
  fill(text: string, set: ParameterSet, strictly?: boolean): Filled
  /** More was asked for than is filled in: what came after it was left open. */
  readonly isSpent: boolean
}

/** Rounds of a loop that are gone through; the runner ends by its steps. */
const ROUNDS = 1_000

/** How an ApplicationSet's texts are filled in: by names between double braces, or as Go templates (helm.md §1.5). */
export function fillerOf(spec: Value | undefined): Filler {
  const { goTemplate, goTemplateOptions } = (spec ?? {}) as ValueMap
  if (goTemplate !== true) return bounded(false, (text, set) => ({ filled: byName(text, set), steps: 0 }))
  const options = Array.isArray(goTemplateOptions) ? goTemplateOptions : []
  const lenient = !options.includes('missingkey=error')
  const trees = new Map<string, TemplateTree | Filled>()
  const data = new WeakMap<ParameterSet, GoValue>()
  const dataOf = (set: ParameterSet): GoValue => {
    let made = data.get(set)
    if (made === undefined) {
      made = goValueOf(set)
      data.set(set, made)
    }
    return made
  }
  return bounded(true, (text, set, strictly) => {
    const done = (filled: Filled, steps = 0) => ({ filled, steps })
    let tree = trees.get(text)
    if (tree === undefined) {
      tree = parsed(text)
      trees.set(text, tree)
    }
    if ('ok' in tree) return done(tree)
    const { output, failures, stopped, steps } = runTemplate(tree, {
      data: dataOf(set),
      functions: APPLICATION_SET_FUNCTIONS,
      calls: APPLICATION_SET_CALLS,
      unknown: UNFILLED,
      lenient: lenient && !strictly,
      rounds: ROUNDS,
    })
    const failure = failures.find(({ guarded }) => !guarded)
    if (failure !== undefined) {
      return done({ ok: false, says: failure.message, missing: failure.missing }, steps)
    }
    const known = stopped === undefined && ![...tree.functions.keys()].some((name) => CHANGES_ITS_ARGUMENT.has(name))
    return done({ ok: true, text: known ? (output ?? UNFILLED) : UNFILLED }, steps)
  })
}

/** Longer texts are left open: values that are filled in with each other may double with every generator. */
const MAX_TEXT = 256 * 1024
/** Steps of templates, and characters, that one ApplicationSet is filled in with. */
const MAX_STEPS = 3_000_000
const MAX_CHARACTERS = 100_000_000

function bounded(
  goTemplate: boolean,
  fill: (text: string, set: ParameterSet, strictly: boolean) => { readonly filled: Filled; readonly steps: number },
): Filler {
  let steps = 0
  let characters = 0
  let isSpent = false
  return {
    goTemplate,
    get isSpent() {
      return isSpent
    },
    fill(text, set, strictly = false) {
      if (!text.includes('{{')) return { ok: true, text }
      if (steps > MAX_STEPS || characters > MAX_CHARACTERS) isSpent = true
      if (isSpent) return { ok: true, text: UNFILLED }
      const { filled, steps: taken } = fill(text, set, strictly)
      steps += taken
      if (!filled.ok) return filled
      characters += filled.text.length
      if (filled.text.length <= MAX_TEXT) return filled
      isSpent = true
      return { ok: true, text: UNFILLED }
    },
  }
}

function parsed(text: string): TemplateTree | Filled {
  try {
    const tree = parseTemplate(text)
    const undefinedOne = [...tree.functions.keys()].find((name) => !APPLICATION_SET_FUNCTIONS.has(name))
    return undefinedOne === undefined
      ? tree
      : { ok: false, says: `function ${JSON.stringify(undefinedOne)} not defined`, missing: false }
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return { ok: false, says: error.message, missing: false }
    if (error instanceof TemplateTooDeep) return { ok: true, text: UNFILLED }
    throw error
  }
}

/** fasttemplate: the exact name, without the white space around it; a name that is no parameter stays as it is written. */
function byName(text: string, set: ParameterSet): Filled {
  // Argo CD looks for a whole tag on one line first.
  if (!/\{\{.*\}\}/.test(text)) return { ok: true, text }
  let filled = ''
  let at = 0
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', at)) {
    const close = text.indexOf('}}', open + 2)
    if (close < 0)
      return { ok: false, says: `Cannot find end tag="}}" in the template=${JSON.stringify(text)}`, missing: false }
    const name = text.slice(open + 2, close).trim()
    const value = Object.hasOwn(set.values, name) ? set.values[name] : undefined
    // Of a cluster that Git does not know a name may be told that none of its sets has (applied.md §6, trap 14).
    const unknown = value === undefined && name !== '' && (mayHold(set, name) || mayHold(set, 'name'))
    filled += text.slice(at, open)
    filled += typeof value === 'string' ? value : unknown ? UNFILLED : text.slice(open, close + 2)
    at = close + 2
  }
  return { ok: true, text: filled + text.slice(at) }
}

/** What Go's templates see of a set: what Git does not tell is there, and unknown. */
function goValueOf({ values, unknown }: ParameterSet): GoValue {
  const place = (value: GoValue | undefined, names: readonly string[]): GoValue => {
    const [name, ...rest] = names
    if (value?.is !== 'map') return value === undefined ? UNKNOWN : value
    if (name === undefined)
      return { ...value, open: true, entries: new Map([...value.entries].map(([k, v]) => [k, opened(v)])) }
    const entries = new Map(value.entries)
    entries.set(name, place(value.entries.get(name), rest))
    return { ...value, entries }
  }
  const opened = (value: GoValue): GoValue => (value.is === 'map' ? place(value, []) : value)
  let root = shapeOf(values)
  for (const name of unknown)
    root = name === '' && root.is === 'map' ? { ...root, open: true } : place(root, name.split('.'))
  return root
}
