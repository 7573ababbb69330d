import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { run } from '../../src/modes/run.ts'
import type { Report } from '../../src/report/report.ts'
import { FACT_RULES } from '../../src/rules/rule-ids.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import type { Random } from '../differential/random.ts'
import type { Recorded } from '../faults/recorded-server.ts'
import { STATIC_RULE, writeRepository } from '../faults/repository.ts'
import { mutate } from './mutate.ts'

/** Answers of a real OpenBao to the questions of `test/faults`, written by `record-answers.ts`. */
const RECORDED = JSON.parse(readFileSync(new URL('answers.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Recorded>
>

/** Statuses with which Vault refuses in a form of its own; each says something, and "absent" only as 404. */
const REFUSALS = [400, 403, 405, 413, 415]

interface Mutated {
  readonly status: number
  readonly body: string
  /** No server says such a thing: of nothing may be told that it is absent because of it. */
  readonly senseless: boolean
}

type Way = (random: Random, answer: Recorded, others: readonly string[]) => Mutated

const json = (body: string): { [field: string]: unknown } => JSON.parse(body === '' ? '{}' : body)

/** Takes one value somewhere below `data` for one of another type; what is null stays, since it may be anything. */
function retyped(random: Random, value: unknown): unknown {
  const inside = typeof value === 'object' && value !== null && Object.keys(value).length > 0
  if (inside && random.chance(0.85)) {
    const names = Object.keys(value)
    const name = random.pick(names)
    const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value }
    ;(copy as Record<string, unknown>)[name] = retyped(random, (value as Record<string, unknown>)[name])
    return copy
  }
  const others: unknown[] = [7, 'a text', true, ['x'], { x: 'y' }]
  return random.pick(others.filter((one) => typeof one !== typeof value || Array.isArray(one) !== Array.isArray(value)))
}

const WAYS: readonly Way[] = [
  (random, { body }) => ({
    status: random.pick([401, 402, 408, 409, 412, 418, 425, 429, 451, 472, 473, 500, 502, 503, 504, 599]),
    body,
    senseless: true,
  }),
  (random) => ({
    status: random.pick([404, 403, 400]),
    body: random.pick(['{}', '{"message":"no route"}', '404 page not found', '[]', '""', 'null', '']),
    senseless: true,
  }),
  (random, { status, body }) => ({
    status,
    body: body.slice(0, random.below(Math.max(1, body.length))),
    senseless: true,
  }),
  (random, { status }) => ({
    status,
    body: random.pick(['<html>', '[]', '7', '"x"', 'null', '{"data":[]}', '{"data":7}', '{"data":"x"}']),
    senseless: true,
  }),
  (random, { status, body }) => ({
    status,
    body: JSON.stringify({ ...json(body), data: retyped(random, json(body).data ?? {}) }),
    senseless: true,
  }),
  (random) => ({ status: random.pick([301, 302, 307, 308]), body: '', senseless: true }),
  (random) => ({
    status: random.pick(REFUSALS),
    body: JSON.stringify({ errors: random.pick([[], ['permission denied'], ['unsupported operation']]) }),
    senseless: true,
  }),
  // What a server may say: only that nothing breaks.
  () => ({ status: 404, body: '{"errors":[]}', senseless: false }),
  (random, { status, body }, others) => ({ status, body: mutate(random, body, others), senseless: false }),
  (random, { status, body }) => {
    const envelope = json(body)
    const data = envelope.data as Record<string, unknown> | undefined
    if (typeof data !== 'object' || data === null || Object.keys(data).length === 0)
      return { status, body, senseless: false }
    const { [random.pick(Object.keys(data))]: _, ...rest } = data
    return { status, body: JSON.stringify({ ...envelope, data: rest }), senseless: false }
  },
]

const PREFLIGHT = /sys\/(health|seal-status)|auth\/token\//

/** Stands in for the server, and plays its answers, mutated. */
export async function startMutatingServer() {
  const repository = await writeRepository()
  const bodies = Object.values(RECORDED).map(({ body }) => body)
  let random: Random | undefined
  let share = 0
  let mutated: Mutated[] = []
  let changed: string[] = []
  const answer = (key: string, response: ServerResponse) => {
    const recorded = RECORDED[key]
    // A question that only a mutant leads to, and that nobody asked the real server.
    if (recorded === undefined) return response.writeHead(500, JSON_TYPE).end('{"errors":["internal error"]}')
    if (random === undefined || PREFLIGHT.test(key) || !random.chance(share))
      return response.writeHead(recorded.status, JSON_TYPE).end(recorded.body)
    const one = random.pick(WAYS)(random, recorded, bodies)
    mutated.push(one)
    changed.push(`${key} → ${one.status} ${one.body.slice(0, 300)}`)
    const location = one.status >= 300 && one.status < 400 ? { Location: 'https://other.example.com/' } : {}
    return response.writeHead(one.status, { ...JSON_TYPE, ...location }).end(one.body)
  }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => answer(`${request.method} ${request.url?.replace('/v1/', '')} ${body}`.trim(), response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const runOnce = async (mode: 'check' | 'drift'): Promise<Report> => {
    const settings = resolveSettings({
      given: {
        from: 'terminal',
        command: mode,
        subject: undefined,
        values: { 'vault-addr': address, 'vault-token': 'a-token-of-nobody', 'fail-on': 'never' },
        format: 'json',
        color: false,
      },
      config: EMPTY_CONFIG,
      environment: readEnvironment({}),
      folder: 'answers',
    })
    const { report } = await run(settings, {
      cwd: repository.cwd,
      env: {},
      now: () => new Date('2026-06-01T00:00:00Z'),
      mask: () => {},
      warn: () => {},
      transport: { retries: 0, timeoutMs: 2_000 },
    })
    return report
  }
  const factsOf = ({ findings }: Report) =>
    findings.filter(({ rule, severity }) => FACT_RULES.has(rule) && severity === 'error')

  return {
    /** One run against answers of which some are mutated; gives how many were. @throws what a bug throws, or what is told falsely */
    run: async (chooser: Random): Promise<number> => {
      random = chooser
      share = chooser.pick([0.04, 0.15, 0.5, 1])
      mutated = []
      changed = []
      const report = await runOnce(chooser.chance(0.7) ? 'check' : 'drift')
      const fail = (why: string) => {
        throw new Error(`${why}\n${changed.join('\n')}`)
      }
      if (report.outcome === 'bug' || report.outcome === 'invalid') fail(JSON.stringify(report.problems))
      const bug = report.incomplete.find((sentence) => sentence.includes('bug of eso-vault'))
      if (bug !== undefined) fail(bug)
      if (!report.findings.some(({ rule }) => rule === STATIC_RULE)) fail('what is wrong in Git is not told')
      if (mutated.length > 0 && mutated.every(({ senseless }) => senseless)) {
        const [fact] = factsOf(report)
        if (fact !== undefined) fail(`told of answers that say nothing: ${fact.rule}: ${fact.message}`)
      }
      return mutated.length
    },
    /** With every answer as it was: there is nothing to be found. */
    runWhole: async () => {
      random = undefined
      return factsOf(await runOnce('check'))
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await repository.remove()
    },
  }
}

const JSON_TYPE = { 'Content-Type': 'application/json' }
