import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { beforeAll, describe, expect, test } from 'vitest'
import { HEALTHY } from '../fuzz/check-files.ts'
import { tree } from '../gitops/tree.ts'
import { bundle, NODE, REPOSITORY } from '../scenario/bundle.ts'
import { SHAPES } from './shapes.ts'

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** What the process wrote to its descriptor 3. */
  readonly told: string
}

/** A process that the system ends after so many seconds of processor time. */
function startLimited(args: readonly string[], cwd: string, seconds: number): Promise<Ended> {
  const child = spawn('sh', ['-c', `ulimit -t ${seconds}; exec "$@"`, 'sh', NODE, ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: cwd },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const all = { stdout: '', stderr: '', told: '' }
  const collect = (stream: unknown, name: keyof typeof all) =>
    (stream as Readable).setEncoding('utf8').on('data', (chunk: string) => (all[name] += chunk))
  collect(child.stdout, 'stdout')
  collect(child.stderr, 'stderr')
  collect(child.stdio[3], 'told')
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...all }))
  })
}

describe('what is made to take long', () => {
  /** At eight times a size it takes less than this many times what it takes at twice the size: 4 where it grows with the size, 16 with its square. */
  const MOST_GROWTH = 9
  /** Milliseconds in which nothing can be told from noise. */
  const NOISE = 250

  const growths = new Map<string, readonly number[]>()
  const measure = async (...names: string[]) => {
    const { stdout } = await startLimited(
      [join(REPOSITORY, 'test/hostile/measure-growth.ts'), ...names],
      REPOSITORY,
      240,
    )
    for (const line of stdout.split('\n').filter(Boolean)) {
      const { name, milliseconds } = JSON.parse(line) as { name: string; milliseconds: readonly number[] }
      growths.set(name, milliseconds)
    }
  }
  const isSteady = (name: string) => {
    const [, second = 0, , last = Number.POSITIVE_INFINITY] = growths.get(name) ?? []
    return last < NOISE || last < MOST_GROWTH * second
  }
  beforeAll(() => measure(), 600_000)

  test.each(SHAPES.map(({ name }) => name))(
    'grows with its size: %s',
    async (name) => {
      if (!isSteady(name)) await measure(name)
      expect(isSteady(name), `${growths.get(name)?.join(', ')} ms`).toBe(true)
    },
    300_000,
  )
})

describe('what is made to end the run', () => {
  const MOST_SECONDS = 5
  const MOST_MIB = 600
  /** Says on descriptor 3 what the process took, as it ends. */
  const METER = `data:text/javascript,${encodeURIComponent(
    `import { writeSync } from 'node:fs'
     process.on('exit', () => { try { writeSync(3, JSON.stringify(process.resourceUsage())) } catch {} })`,
  )}`

  test.each(SHAPES.map((shape) => [shape.name, shape] as const))(
    'ends, and takes nothing along: %s',
    async (_, shape) => {
      const cwd = tree({ ...shape.files(shape.size), 'zz-healthy/es.yaml': HEALTHY })
      const program = join(await bundle(), 'cli.js')
      const { code, stdout, stderr, told } = await startLimited(
        ['--import', METER, program, 'check', '.', '--report-file', 'report.json'],
        cwd,
        60,
      )
      expect(stderr).toBe('')
      expect([0, 1, 3]).toContain(code)
      // The terminal names the first of many problems; the report holds all of them.
      const { findings } = JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8')) as {
        findings: { rule: string; file: string }[]
      }
      expect(findings.filter(({ file }) => file === 'zz-healthy/es.yaml').map(({ rule }) => rule)).toContain(
        'template-key-absent',
      )
      if (shape.told !== undefined) expect(stdout).toMatch(shape.told)
      const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(told) as NodeJS.ResourceUsage
      expect((userCPUTime + systemCPUTime) / 1e6).toBeLessThan(MOST_SECONDS)
      expect(maxRSS / 1024).toBeLessThan(MOST_MIB)
    },
    300_000,
  )
})
