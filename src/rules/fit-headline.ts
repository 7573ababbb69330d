/** Characters of a headline at most (reports.md §2). */
export const HEADLINE = 90

/**
 * A headline of at most 90 characters. Names in backticks are shortened first, the longest of them first, in the middle: a path keeps its
 * mount and its end. Names come from manifests and may be as long as they like. `most`: where something follows it.
 */
export function fitHeadline(text: string, most = HEADLINE): string {
  let fitted = text.replace(/\s+/g, ' ').trim()
  while (lengthOf(fitted) > most) {
    const names = [...fitted.matchAll(/`[^`]+`/g)].map(([quoted]) => quoted.slice(1, -1))
    const longest = names.sort((a, b) => lengthOf(b) - lengthOf(a))[0]
    if (longest === undefined || lengthOf(longest) <= SHORTEST) break
    const room = Math.max(SHORTEST, lengthOf(longest) - (lengthOf(fitted) - most))
    const shorter = shorten(longest, room)
    if (lengthOf(shorter) >= lengthOf(longest)) break
    fitted = fitted.replace(`\`${longest}\``, () => `\`${shorter}\``)
  }
  return lengthOf(fitted) <= most ? fitted : `${[...fitted].slice(0, Math.max(0, most - 1)).join('')}…`
}

/** The first of several ways to say it that fits, the fullest first; else the last, with its names shortened. */
export function firstThatFits(ways: readonly string[], most = HEADLINE): string {
  return ways.find((way) => lengthOf(way) <= most) ?? fitHeadline(ways.at(-1) ?? '', most)
}

/** Names are cut to no less. */
const SHORTEST = 12

/** `kv/…/backstage/db`; without slashes the middle goes. */
function shorten(name: string, room: number): string {
  const characters = [...name]
  if (characters.length <= room) return name
  const parts = name.split('/')
  const [first = '', ...rest] = parts
  for (let from = 1; from < rest.length; from++) {
    const short = `${first}/…/${rest.slice(from).join('/')}`
    if (lengthOf(short) <= room) return short
  }
  const end = Math.floor((room - 1) / 2)
  return `${characters.slice(0, room - 1 - end).join('')}…${characters.slice(characters.length - end).join('')}`
}

function lengthOf(text: string): number {
  return [...text].length
}
