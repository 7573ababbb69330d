import type { Random } from '../differential/random.ts'

/** Texts that mean something to one of the languages, to JavaScript, or to nobody. */
const WORDS = [
  ...['toString', 'constructor', '__proto__', 'hasOwnProperty', 'valueOf', 'prototype', 'length', 'then'],
  ...['null', '~', 'true', 'yes', 'off', '1_000', '0x10', '1e999', '-1', '99999999999999999999', 'NaN', '.inf'],
  ...[
    '${',
    '}',
    '${A',
    '${A:-',
    '${A##*}',
    '$(',
    '$((',
    '`',
    '{{',
    '}}',
    '{{-',
    '{{ if .a }}',
    '{{ end }}',
    '{{ .a.b }}',
  ],
  ...['*', '**', '+', '/+/', '?', '[', '[!', '{a,b}', '.*', '(a|b)+', '(?', '\\', '\\"', '"', "'", '#', '//', '/*'],
  ...['&a', '*a', '<<: *a', '!!binary', '!!js/function', '---', '...', '|', '>', '- ', ': ', ':\n', ', ', '[]', '{}'],
  ...['<<EOF\n', 'EOF\n', '```', '```sh\n', '~~~', 'path "a" {', 'capabilities = ["read"]', 'deny', 'sudo'],
  ...['vault policy write a -', 'vault write auth/a/role/b', 'resource "vault_policy" "x" {', 'for_each', 'local.a'],
  ...['\0', '\r\n', '\t', '\u2028', '\ufeff', '\ud800', '🔑', 'é', '\u202e', '\x1b[31m', '::error::', '%0A'],
  ...['..', '../..', '/', '//', 'a//b', '.', ' ', '', '@', '|', '@this', 'a.#.b', 'a.0', '#(a=="b")'],
]

/** Changes a text in one to four places, so that it is mostly still what it was. */
export function mutate(random: Random, text: string, others: readonly string[]): string {
  let mutant = text
  for (let times = 1 + random.below(4); times > 0; times -= 1) mutant = random.pick(WAYS)(random, mutant, others)
  // What grows without end says nothing more; files have a limit of their own.
  return mutant.slice(0, 200_000)
}

type Way = (random: Random, text: string, others: readonly string[]) => string

const cut = (text: string, from: number, to: number, by: string) => text.slice(0, from) + by + text.slice(to)
const place = (random: Random, text: string) => random.below(text.length + 1)

function piece(random: Random, text: string, longest: number): readonly [number, number] {
  const from = place(random, text)
  return [from, Math.min(text.length, from + random.below(longest + 1))]
}

function aLine(random: Random, text: string): readonly [readonly string[], number] {
  const lines = text.split('\n')
  return [lines, random.below(lines.length)]
}

const WAYS: readonly Way[] = [
  // A word put in, or in the place of something.
  (random, text) => {
    const at = place(random, text)
    return cut(text, at, at, random.pick(WORDS))
  },
  (random, text) => {
    const [from, to] = piece(random, text, 12)
    return cut(text, from, to, random.pick(WORDS))
  },
  // A name or a value by another word.
  (random, text) => {
    const words = [...text.matchAll(/[A-Za-z0-9_.-]{2,}/g)]
    if (words.length === 0) return text
    const word = random.pick(words)
    return cut(text, word.index, word.index + word[0].length, random.pick(WORDS))
  },
  // Something taken out, doubled, or repeated many times.
  (random, text) => {
    const [from, to] = piece(random, text, 60)
    return cut(text, from, to, '')
  },
  (random, text) => {
    const [from, to] = piece(random, text, 60)
    return cut(text, to, to, text.slice(from, to))
  },
  (random, text) => {
    const [from, to] = piece(random, text, 8)
    return cut(text, to, to, text.slice(from, to).repeat(random.pick([3, 50, 2_000])))
  },
  (random, text) => {
    const at = place(random, text)
    return cut(
      text,
      at,
      at,
      random.pick(['[', '{', '(', '${', '{{', '- ', '"', 'a: {', '\\', '*', 'a/']).repeat(random.pick([5, 200, 5_000])),
    )
  },
  // A character turned into another.
  (random, text) => {
    const at = random.below(Math.max(1, text.length))
    return cut(text, at, at + 1, String.fromCharCode(random.below(random.chance(0.8) ? 128 : 65_536)))
  },
  // The end missing, or the beginning.
  (random, text) => text.slice(0, place(random, text)),
  (random, text) => text.slice(place(random, text)),
  // Lines that change places, go, come twice, or stand further in or out.
  (random, text) => {
    const [lines, at] = aLine(random, text)
    const other = random.below(lines.length)
    const swapped = [...lines]
    swapped[at] = lines[other] as string
    swapped[other] = lines[at] as string
    return swapped.join('\n')
  },
  (random, text) => {
    const [lines, at] = aLine(random, text)
    return lines.toSpliced(at, 1 + random.below(3)).join('\n')
  },
  (random, text) => {
    const [lines, at] = aLine(random, text)
    return lines.toSpliced(at, 0, ...lines.slice(at, at + 1 + random.below(5))).join('\n')
  },
  (random, text) => {
    const [lines, at] = aLine(random, text)
    const line = lines[at] as string
    return lines.with(at, random.chance(0.5) ? `  ${line}` : line.replace(/^ {1,2}/, '')).join('\n')
  },
  // A part of another one.
  (random, text, others) => {
    const [from, to] = piece(random, random.pick(others), 400)
    const at = place(random, text)
    return cut(text, at, at, random.pick(others).slice(from, to))
  },
]
