import type { AclRule } from './acl-rule.ts'

/** Finds rules by what they share with a path that none of them covers, at a cost that grows with the path and hardly with the rules. */
export interface LikeRules {
  /**
   * The rule that shares most with the path from the start, whole segments counting first, then bytes; a `+` is any segment. Of several
   * the first. `undefined` when none has the path's first segment.
   */
  fromStart(path: string): AclRule | undefined
  /** The first rule that has these two segments one behind the other, but not at its start, and what stands before them. */
  behindFront(first: string, second: string): { readonly rule: AclRule; readonly front: readonly string[] } | undefined
}

export function indexLikeness(rules: readonly AclRule[]): LikeRules {
  const root = node()
  for (const [order, rule] of rules.entries()) addTo(root, rule.path.text.split('/'), order)
  let pairs: ReturnType<typeof pairsOf> | undefined
  return {
    fromStart: (path) => {
      const order = likest(root, path.split('/'))
      return order === undefined ? undefined : rules[order]
    },
    behindFront: (first, second) => {
      pairs ??= pairsOf(rules)
      const found = pairs.get(`${first}/${second}`)
      return found && { rule: found.rule, front: found.rule.path.text.split('/').slice(0, found.at) }
    },
  }
}

/** The first rule for each two segments one behind the other, but for those at its start, and where they stand. */
function pairsOf(rules: readonly AclRule[]) {
  const pairs = new Map<string, { readonly rule: AclRule; readonly at: number }>()
  for (const rule of rules) {
    const segments = rule.path.text.split('/')
    for (let at = 1; at + 1 < segments.length; at++) {
      const two = `${segments[at]}/${segments[at + 1]}`
      if (!pairs.has(two)) pairs.set(two, { rule, at })
    }
  }
  return pairs
}

/** Rules that begin alike. */
interface Node {
  /** By their next segment as it is written, `+` among them; most nodes are ends. */
  next?: Map<string, Node>
  /** The first of the rules that are here or below. */
  first: number
  /** The next segments in their order, made when a path ends here that goes on otherwise. */
  sorted?: Sorted
}

function node(): Node {
  return { first: Number.POSITIVE_INFINITY }
}

/** Rules come in their order: whatever is here already is before `order`. */
function addTo(root: Node, segments: readonly string[], order: number): void {
  let at = root
  at.first = Math.min(at.first, order)
  for (const segment of segments) {
    at.next ??= new Map()
    let next = at.next.get(segment)
    if (next === undefined) {
      next = node()
      at.next.set(segment, next)
    }
    next.first = Math.min(next.first, order)
    at = next
  }
}

/** Goes down as far as whole segments lead, on all ways at once, and looks there for what begins like the next one. */
function likest(root: Node, asked: readonly string[]): number | undefined {
  let level: readonly Node[] = [root]
  let depth = 0
  for (; depth < asked.length; depth++) {
    const segment = asked[depth] as string
    const next = level.flatMap(({ next }) => {
      const [literal, plus] = [next?.get(segment), segment === '+' ? undefined : next?.get('+')]
      return literal === undefined ? (plus ?? []) : plus === undefined ? literal : [literal, plus]
    })
    if (next.length === 0) break
    level = next
  }
  if (depth === 0) return undefined
  const segment = asked[depth] ?? ''
  let [most, first] = [-1, Number.POSITIVE_INFINITY]
  for (const one of level) {
    const [shared, order] = segment === '' ? [0, one.first] : beginningLike(one, segment)
    if (shared > most || (shared === most && order < first)) [most, first] = [shared, order]
  }
  return first
}

/** How many bytes of a segment the likest next one shares, and the first rule of all that share so many. */
function beginningLike(at: Node, segment: string): readonly [shared: number, first: number] {
  at.sorted ??= sort(at.next ?? new Map())
  const { names } = at.sorted
  // Neighbours in their order share most.
  const place = firstWhere(names.length, (index) => (names[index] as string) >= segment)
  const shared = Math.max(sharedBytes(names[place - 1], segment), sharedBytes(names[place], segment))
  if (shared === 0) return [0, at.first]
  const beginning = segment.slice(0, shared)
  const from = firstWhere(names.length, (index) => (names[index] as string) >= beginning)
  const to = firstWhere(names.length, (index) => {
    const name = names[index] as string
    return name >= beginning && !name.startsWith(beginning)
  })
  return [shared, leastIn(at.sorted, from, to)]
}

/** The names below a node in their order, and of each stretch of them the first rule. */
interface Sorted {
  readonly names: readonly string[]
  /** A tree in a row: the rules of the names in the second half, and each place before it the lesser of the two at twice its index. */
  readonly least: readonly number[]
}

function sort(next: ReadonlyMap<string, Node>): Sorted {
  const entries = [...next].sort(([a], [b]) => (a < b ? -1 : 1))
  const size = entries.length
  const least = [...new Array<number>(size).fill(0), ...entries.map(([, { first }]) => first)]
  for (let place = size - 1; place > 0; place--)
    least[place] = Math.min(least[2 * place] as number, least[2 * place + 1] as number)
  return { names: entries.map(([name]) => name), least }
}

/** The least of the names from one up to another, without it. */
function leastIn({ names, least }: Sorted, from: number, to: number): number {
  let found = Number.POSITIVE_INFINITY
  let [low, high] = [from + names.length, to + names.length]
  while (low < high) {
    if (low % 2 === 1) found = Math.min(found, least[low++] as number)
    if (high % 2 === 1) found = Math.min(found, least[--high] as number)
    low /= 2
    high /= 2
  }
  return found
}

/** The first index that holds, of an order in which all behind it hold as well; `length`: none does. */
function firstWhere(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

function sharedBytes(name: string | undefined, segment: string): number {
  if (name === undefined) return 0
  let bytes = 0
  while (bytes < name.length && name[bytes] === segment[bytes]) bytes += 1
  return bytes
}
