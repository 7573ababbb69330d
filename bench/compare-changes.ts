// Makes changes of one line in copies of repositories, and judges each twice: by what the change can touch, and with everything read. Prints
// where the two say different things of the change. Usage: node bench/compare-changes.ts [--edits N] [--seed N] FOLDER...
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { bothReadings, saidOfChange } from '../test/changes/bound/both-readings.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)

const { values, positionals } = parseArgs({
  options: { edits: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } },
  allowPositionals: true,
})
let state = Number(values.seed)
const below = (count: number): number => {
  state = (Math.imul(state ^ (state >>> 15), 2_246_822_507) + 0x9e3779b9) >>> 0
  return state % count
}

/** Something that a pull request does to a file: another value, a line less, a line twice. */
function edited(text: string): string | undefined {
  const lines = text.split('\n')
  const written = lines.flatMap((line, index) =>
    /^\s*(?:- )?[\w.-]+: +[^\s#|>&*{[].*$|^\s*- [\w./-]+$/.test(line) ? [index] : [],
  )
  const at = written[below(Math.max(1, written.length))]
  if (at === undefined) return undefined
  const line = lines[at] ?? ''
  const kind = below(6)
  if (kind === 0) lines.splice(at, 1)
  else if (kind === 1 && /^\s*- [\w./-]+$/.test(line)) lines.splice(at, 1)
  else lines[at] = /["']\s*$/.test(line) ? line.replace(/(["'])\s*$/, 'x$1') : `${line}x`
  return lines.join('\n')
}

let differ = 0
let total = 0
const whys = new Map<string, number>()
for (const folder of positionals) {
  const work = mkdtempSync(join(tmpdir(), 'eso-vault-changes-'))
  try {
    cpSync(folder, work, { recursive: true, filter: (path) => basename(path) !== '.git' })
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
        cwd: work,
        encoding: 'utf8',
      })
    git('init', '-q', '-b', 'main')
    git('add', '-A')
    git('commit', '-q', '-m', 'before')
    git('checkout', '-q', '-b', 'topic')
    const all = git('ls-files')
      .split('\n')
      .filter((file) => /\.ya?ml$/.test(file))
    // Half of the changes in files that name ESO: they are what the check is about.
    const eso = all.filter((file) => readFileSync(join(work, file), 'utf8').includes('external-secrets.io'))
    for (let made = 0, tries = 0; made < Number(values.edits) && tries < 1000; tries++) {
      const from = eso.length > 0 && below(2) === 0 ? eso : all
      const file = from[below(from.length)] as string
      const text = edited(readFileSync(join(work, file), 'utf8'))
      if (text === undefined) continue
      made++
      total++
      writeFileSync(join(work, file), text)
      git('commit', '-q', '-a', '-m', 'after', '--allow-empty')
      const read = await bothReadings(work, process.env.PATH ?? '')
      whys.set(read.wide ?? 'bound', (whys.get(read.wide ?? 'bound') ?? 0) + 1)
      const [one, other] = [saidOfChange(read.bound), saidOfChange(read.full)]
      if (!isDeepStrictEqual(one, other)) {
        differ++
        print(`${basename(folder)}: ${file}\n${git('diff', '-U0', 'main', '--', file).split('\n').slice(4).join('\n')}`)
        for (const name of Object.keys(one) as (keyof typeof one)[]) {
          const [here, there] = [[one[name]].flat() as string[], [other[name]].flat() as string[]]
          for (const item of here.filter((each) => !there.includes(each)).slice(0, 3))
            print(`  only bound: ${name} ${item}`)
          for (const item of there.filter((each) => !here.includes(each)).slice(0, 3))
            print(`  only full: ${name} ${item}`)
        }
      }
      git('reset', '-q', '--hard', 'main')
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
print(`${total} changes, ${differ} told differently; ${[...whys].map(([why, count]) => `${why} ${count}`).join(', ')}`)
if (differ > 0) process.exitCode = 1
