import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

export const ROOT = join(import.meta.dirname, '..')
/** The built program: what users run; `PROGRAM` names another one's `cli.js`. */
export const PROGRAM = process.env.PROGRAM ?? join(ROOT, 'dist', 'cli.js')

/** What a process took: milliseconds on the clock and of processors, its children's included; its own peak memory in MiB. */
export interface Cost {
  readonly wall: number
  readonly cpu: number
  readonly mib?: number | undefined
}

export interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Exit codes that are no failure; default: any below 64. */
  readonly ok?: readonly number[]
}

/** A Node process says on descriptor 3 what memory and processor time it took, finer than a shell does. */
const METER = `data:text/javascript,${encodeURIComponent(
  `import { writeSync } from 'node:fs'
   process.on('exit', () => {
     const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
     try { writeSync(3, maxRSS + ' ' + (userCPUTime + systemCPUTime)) } catch {}
   })`,
)}`

/** Node with arguments, measured from within. */
export function node(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Command {
  return { command: process.execPath, args: ['--import', METER, ...args], cwd, env }
}

/** The program with arguments, measured as a whole process. */
export function ours(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Command {
  return node([PROGRAM, ...args], cwd, env)
}

/** Runs it once. @throws when it fails */
export async function once({ command, args, cwd, env = {}, ok }: Command): Promise<Cost> {
  const began = performance.now()
  const child = spawn('sh', ['-c', '"$@" >/dev/null 2>/dev/null; code=$?; times; exit $code', 'sh', command, ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? cwd, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  })
  const [times, peak] = [child.stdio[1], child.stdio[3]].map((stream) => text(stream as Readable))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const wall = performance.now() - began
  if (code === null || (ok === undefined ? code >= 64 : !ok.includes(code)))
    throw new Error(`${command} ${args.join(' ')} ended with ${code}`)
  const [, user = '', system = ''] = /(\S+) (\S+)\s*$/.exec((await times) ?? '') ?? []
  const [kib = 0, own = 0] = ((await peak) ?? '').split(' ').map(Number)
  // A shell counts the processes that it started as well, and rounds.
  const cpu = Math.max(own / 1_000, milliseconds(user) + milliseconds(system))
  return { wall, cpu, mib: kib > 0 ? kib / 1024 : undefined }
}

/** `0m1.250s`. */
function milliseconds(text: string): number {
  const [, minutes = '0', seconds = '0'] = /^(\d+)m([\d.]+)s$/.exec(text) ?? []
  return (Number(minutes) * 60 + Number(seconds)) * 1_000
}

/** The median of each number over some rounds; the commands take turns, so that what else the machine does counts on all sides. */
export async function inTurns<Name extends string>(
  commands: Readonly<Record<Name, Command | (() => Promise<Cost>)>>,
  rounds: number,
): Promise<Record<Name, Cost>> {
  const names = Object.keys(commands) as Name[]
  const costs = new Map<Name, Cost[]>(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const name of names) {
      const one = commands[name]
      costs.get(name)?.push(await (typeof one === 'function' ? one() : once(one)))
    }
  return Object.fromEntries(names.map((name) => [name, middle(costs.get(name) ?? [])])) as Record<Name, Cost>
}

export function middle(costs: readonly Cost[]): Cost {
  const of = (number: (cost: Cost) => number | undefined) => {
    const all = costs.flatMap((cost) => number(cost) ?? []).sort((a, b) => a - b)
    return all[all.length >> 1]
  }
  return { wall: of((cost) => cost.wall) ?? 0, cpu: of((cost) => cost.cpu) ?? 0, mib: of((cost) => cost.mib) }
}
