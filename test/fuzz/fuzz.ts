import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { randomFrom } from '../differential/random.ts'
import { fuzz } from './run-fuzz.ts'

/**
 * Seeded mutants of the project's own fixtures, and of a server's answers: nothing throws, nothing takes long, nothing fills the memory,
 * and nothing is told absent that no answer says. Ends with code 1 at any failure, whose mutant is then kept in a file.
 * `npm run test:fuzz -- --count 20000 --minutes 2 --seed 7 --only templates`
 */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    /** The mutated answers of a server; an eighth of the count where nothing is said. */
    answers: { type: 'string' },
    seed: { type: 'string' },
    /** It stops then, with what it did until then. */
    minutes: { type: 'string', default: '2' },
    only: { type: 'string' },
  },
})
const count = Number(values.count)
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)
const folder = join(tmpdir(), `eso-vault-fuzz-${seed}`)

const { failures, done, answers, peak, slowest, ended } = await fuzz({
  random: randomFrom(seed),
  count,
  answers: Number(values.answers ?? Math.ceil(count / 8)),
  milliseconds: Number(values.minutes) * 60_000,
  ...(values.only === undefined ? {} : { only: values.only }),
})
for (const [index, { target, why, mutant }] of failures.slice(0, 20).entries()) {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${index}-${target}`)
  writeFileSync(file, mutant)
  process.stdout.write(`FAILED ${target}: ${why}\n  ${file}\n`)
}
const all = Object.entries(done).map(([name, number]) => `${number} ${name}`)
process.stdout.write(
  `seed ${seed}: ${all.join(', ')}, ${answers} answers; ${failures.length} failures; slowest ${slowest.milliseconds} ms (${slowest.target}); at most ${peak} MiB resident${ended === 'time' ? '; stopped by the time' : ''}\n`,
)
process.exitCode = failures.length === 0 ? 0 : 1
