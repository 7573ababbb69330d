import { shellWord } from '../model/shell-word.ts'
import type { Cli } from './commands.ts'
import type { Seed } from './seeding.ts'

/** Stands for the key where the manifests do not say which keys are read. */
const SOME_KEY = 'KEY'

/**
 * The commands that seed paths, one for each. A value comes from a file named after its key, or from standard input when it is the
 * only one: nothing secret stands in the shell's history or in the process list. `base`: the Vault namespace of the settings.
 */
export function seedCommands(seeds: readonly Seed[], cli: Cli, base = ''): string[] {
  const files = valueFiles(seeds)
  return seeds.map((seed, index) => seedCommand(seed, cli, files[index] ?? [], base))
}

function seedCommand(seed: Seed, cli: Cli, files: readonly string[], base: string): string {
  const namespace = seed.namespace || base
  const keys = keysOf(seed)
  const line = [
    cli,
    'kv',
    seed.command,
    ...(namespace === '' ? [] : [`-namespace=${namespace}`]),
    `-mount=${seed.mount}`,
    ...(seed.cas === undefined ? [] : [`-cas=${seed.cas}`]),
    // What begins with a dash would be taken for a flag.
    ...(seed.path.startsWith('-') ? ['--'] : []),
    seed.path,
  ]
    .map(shellWord)
    .join(' ')
  const comment = commentOf(seed.usedBy.join(', '))
  if (keys.some((key) => !isPairKey(key))) {
    const shape = `{${keys.map((key) => `${JSON.stringify(key)}: "…"`).join(', ')}}`
    return [comment, commentOf(`standard input: ${shape}`), `${line} -`].join('\n')
  }
  const [only] = keys
  if (keys.length === 1) return `${comment}\n${line} ${shellWord(`${only}=-`)}`
  const pairs = keys.map((key, index) => shellWord(`${key}=@${files[index]}`))
  return `${comment}\n${[line, ...pairs].join(' \\\n  ')}`
}

function keysOf({ keys }: Seed): readonly string[] {
  return keys.length === 0 ? [SOME_KEY] : keys
}

/** The command line parts `key=value` at the first `=`, and takes a word that begins with `@` for a file of JSON. */
function isPairKey(key: string): boolean {
  return !key.includes('=') && !key.startsWith('@') && key !== '-' && !/\p{Cc}/u.test(key)
}

function commentOf(text: string): string {
  return `# ${text}`.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
}

/**
 * For each seed the files of its values: `password.txt`; where two paths have that key, the last parts of the path stand before it,
 * so that no value lands in the wrong secret when all commands are run one after another.
 */
function valueFiles(seeds: readonly Seed[]): string[][] {
  const parts = seeds.map(() => 0)
  const named = () =>
    seeds.map((seed, index) =>
      takesFiles(seed) ? keysOf(seed).map((key) => fileFor(seed, key, parts[index] ?? 0)) : [],
    )
  for (;;) {
    const users = new Map<string, Set<number>>()
    for (const [index, files] of named().entries()) {
      for (const file of files) users.set(file, (users.get(file) ?? new Set()).add(index))
    }
    const deeper = [...users.values()]
      .flatMap((shared) => (shared.size > 1 ? [...shared] : []))
      .filter((index) => (parts[index] ?? 0) < (seeds[index]?.path.split('/').length ?? 0))
    if (deeper.length === 0) break
    for (const index of new Set(deeper)) parts[index] = (parts[index] ?? 0) + 1
  }
  // Names that differ only in what a file name cannot hold.
  const taken = new Set<string>()
  return named().map((files) =>
    files.map((file) => {
      let free = file
      for (let number = 2; taken.has(free); number += 1) free = file.replace(/txt$/, `${number}.txt`)
      taken.add(free)
      return free
    }),
  )
}

/** A single value comes from standard input, and so do keys that are no pairs. */
function takesFiles(seed: Seed): boolean {
  return seed.keys.length > 1 && seed.keys.every(isPairKey)
}

/** A file name that holds nothing but letters, digits, `.`, `_` and `-`. */
function fileFor({ path }: Seed, key: string, parts: number): string {
  const words = parts === 0 ? [key] : [...path.split('/').slice(-parts), key]
  return `${words
    .join('.')
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^[.-]+/, '_')}.txt`
}
