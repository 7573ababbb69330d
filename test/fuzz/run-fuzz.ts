import type { Random } from '../differential/random.ts'
import { startMutatingServer } from './answers.ts'
import { mutate } from './mutate.ts'
import { TARGETS, type Target } from './targets.ts'

export interface FuzzOptions {
  readonly random: Random
  /** Mutants of files. */
  readonly count: number
  /** Mutated answers of a server. */
  readonly answers: number
  readonly milliseconds: number
  readonly only?: string
  /** Default: all languages. */
  readonly targets?: readonly Target[]
  /** Milliseconds of processor time that one mutant may take. */
  readonly longest?: number
}

export interface FuzzResult {
  readonly failures: readonly { readonly target: string; readonly why: string; readonly mutant: string }[]
  readonly done: Readonly<Record<string, number>>
  readonly answers: number
  /** Resident memory at its highest, in MiB. */
  readonly peak: number
  readonly slowest: { readonly target: string; readonly milliseconds: number }
  readonly ended: 'all' | 'time'
}

/** Of processor time; the clock would count what else the machine does. */
const LONGEST_MS = 1_000
const MOST_MIB = 900

export async function fuzz({
  random,
  count,
  answers,
  milliseconds,
  only,
  targets: among = TARGETS,
  longest = LONGEST_MS,
}: FuzzOptions): Promise<FuzzResult> {
  const end = performance.now() + milliseconds
  const failures: { target: string; why: string; mutant: string }[] = []
  const done: Record<string, number> = {}
  let peak = 0
  let slowest = { target: '', milliseconds: 0 }
  let ended: FuzzResult['ended'] = 'all'
  const isOver = () => {
    if (performance.now() > end) ended = 'time'
    return ended === 'time'
  }
  const look = async (target: string, mutant: string, run: () => Promise<void> | void) => {
    const before = process.cpuUsage()
    try {
      await run()
    } catch (error) {
      failures.push({ target, why: whyOf(error), mutant })
    }
    const { user, system } = process.cpuUsage(before)
    const took = Math.round((user + system) / 1000)
    if (took > slowest.milliseconds) slowest = { target, milliseconds: took }
    if (took > longest) failures.push({ target, why: `took ${took} ms of processor time`, mutant })
    peak = Math.max(peak, Math.round(process.memoryUsage().rss / 1024 / 1024))
  }

  const targets = among.filter(({ name }) => only === undefined || name === only)
  const seeds = new Map(targets.map((target) => [target, target.seeds()]))
  const whole = targets.reduce((sum, { share }) => sum + share, 0)
  const one = async (target: Target) => {
    const all = seeds.get(target) ?? []
    const mutant = mutate(random, random.pick(all), all)
    done[target.name] = (done[target.name] ?? 0) + 1
    await look(target.name, mutant, () => target.run(mutant))
  }
  // In turns, so that a run that the time ends has seen something of everything.
  const turns = targets.flatMap((target) => new Array<Target>(target.share).fill(target))
  for (let index = 0; whole > 0 && index < count && !isOver(); index += 1) await one(random.pick(turns))

  let mutated = 0
  if (answers > 0 && (only === undefined || only === 'answers')) {
    const server = await startMutatingServer()
    try {
      if ((await server.runWhole()).length > 0) throw new Error('the recorded answers leave something to be found')
      while (mutated < answers && !isOver()) {
        await look('answers', '', async () => {
          mutated += await server.run(random)
        })
      }
    } finally {
      await server.stop()
    }
  }
  if (peak > MOST_MIB) failures.push({ target: 'all', why: `${peak} MiB were resident`, mutant: '' })
  return { failures, done, answers: mutated, peak, slowest, ended }
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const at =
    error.stack
      ?.split('\n')
      .find((line) => line.includes('/src/'))
      ?.trim() ?? ''
  return `${error.name}: ${error.message} ${at}`
}
