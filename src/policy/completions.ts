import type { AclRule } from './acl-rule.ts'
import { toBytes } from './byte-string.ts'
import type { HoledText } from './hole.ts'
import { ANY, holedTokens, literalStart, literalTokens, type PathTokens, SEGMENT } from './path-tokens.ts'
import type { RulePath } from './rule-path.ts'

const SLASH = 47

/** All paths that a request with unknown parts can turn out to have: a union of sets, most often of one. */
export type Completions = readonly PathTokens[]

/**
 * The completions of a path as the ACL sees them: the namespace in front, leading slashes stripped (vault.md §2.1). A hole in
 * front may be empty, and then slashes behind it are stripped too: that is a set of its own.
 */
export function completionsOf(path: HoledText, namespace = ''): Completions {
  return stripSlashes([...literalTokens(toBytes(namespace)), ...holedTokens(path)])
}

function stripSlashes(tokens: PathTokens): Completions {
  const start = tokens.findIndex((token) => token !== SLASH)
  const stripped = start === -1 ? [] : tokens.slice(start)
  const afterHole = stripped.findIndex((token) => token >= 0)
  if (afterHole <= 0 || stripped[afterHole] !== SLASH) return [stripped]
  return [stripped, ...stripSlashes(stripped.slice(afterHole))]
}

/** What is left of the completions that end in a slash, without that slash. */
export function trimmedCompletions(completions: Completions): Completions {
  return completions.flatMap(trim)
}

function trim(tokens: PathTokens): PathTokens[] {
  const rest = tokens.slice(0, -1)
  switch (tokens.at(-1)) {
    case undefined:
      return []
    case SLASH:
      return [rest]
    case ANY:
      return [tokens, ...trim(rest)]
    case SEGMENT:
      return trim(rest)
    default:
      return []
  }
}

/** Whether the completions end in a slash. */
export function endInSlash(completions: Completions): 'all' | 'some' | 'none' {
  if (completions.every((tokens) => tokens.at(-1) === SLASH)) return 'all'
  return trimmedCompletions(completions).length === 0 ? 'none' : 'some'
}

/** Whether a rule matches every completion. When it says no it may err; never when it says yes. */
export function coversAll(rule: AclRule, completions: Completions): boolean {
  return completions.every((tokens) => covers(rule.path, tokens))
}

function covers(rule: RulePath, tokens: PathTokens): boolean {
  if (rule.kind === 'prefix') return literalStart(tokens).startsWith(rule.text)
  if (rule.kind === 'exact') return tokens.every((token) => token >= 0) && literalStart(tokens) === rule.text
  const { segments, cut } = knownSegments(tokens)
  if (!rule.open && (cut || segments.length !== rule.segments.length)) return false
  if (segments.length < rule.segments.length) return false
  return rule.segments.every((wanted, index) => {
    const segment = segments[index]
    if (!segment) return false
    // The last piece of an open rule is a beginning; what follows it is free.
    if (rule.open && index === rule.segments.length - 1) return segment.start.startsWith(wanted)
    const ends = !(cut && index === segments.length - 1)
    return ends && (wanted === '+' || (segment.whole && segment.start === wanted))
  })
}

interface KnownSegment {
  /** What it begins with. */
  readonly start: string
  /** Nothing follows `start` in this segment. */
  readonly whole: boolean
}

/** The segments up to the first hole that may hold slashes; `cut`: there is one, in the last segment told. */
function knownSegments(tokens: PathTokens): { readonly segments: readonly KnownSegment[]; readonly cut: boolean } {
  const end = tokens.indexOf(ANY)
  const told = end === -1 ? tokens : tokens.slice(0, end)
  const segments: KnownSegment[] = []
  let from = 0
  for (let index = 0; index <= told.length; index += 1) {
    if (index < told.length && told[index] !== SLASH) continue
    const segment = told.slice(from, index)
    segments.push({ start: literalStart(segment), whole: !segment.includes(SEGMENT) })
    from = index + 1
  }
  return { segments, cut: end !== -1 }
}
