import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareLists } from '../differential/compare-lists.ts'
import { compareRequests, prepareMount } from '../differential/compare-requests.ts'
import { compareRights } from '../differential/compare-rights.ts'
import { compareText, SAMPLES } from '../differential/compare-texts.ts'
import { randomFrom } from '../differential/random.ts'
import type { Disagreement } from '../differential/subject.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'

/** A few hundred cases of the differential run, always the same ones; `npm run test:differential` makes new ones. */
describeWithServer('our decisions are the server’s', () => {
  let server: RunningServer
  const found: Disagreement[] = []
  const report = (disagreement: Disagreement) => found.push(disagreement)

  beforeAll(async () => {
    server = await startOpenBao()
    await prepareMount(server)
  })
  afterAll(async () => {
    await server.stop()
  })

  test('rights, as sys/capabilities tells them', async () => {
    const random = randomFrom(1)
    let [cases, allowed] = [0, 0]
    while (cases < 400) {
      const some = await compareRights(server, random, 40, report)
      cases += some.cases
      allowed += some.allowed
    }
    expect(found).toEqual([])
    expect(allowed).toBeGreaterThan(cases / 10)
    expect(allowed).toBeLessThan((cases * 9) / 10)
  })

  test('LIST below prefixes that nest, for each kind of server', async () => {
    const random = randomFrom(4)
    let [cases, allowed] = [0, 0]
    while (cases < 400) {
      const some = await compareLists(server, random, 40, report)
      cases += some.cases
      allowed += some.allowed
    }
    expect(found).toEqual([])
    expect(allowed).toBeGreaterThan(cases / 10)
    expect(allowed).toBeLessThan((cases * 9) / 10)
  })

  test('requests, with bodies, queries and wrapping', async () => {
    const random = randomFrom(2)
    let [cases, allowed] = [0, 0]
    while (cases < 200) {
      const some = await compareRequests(server, random, 20, report)
      cases += some.cases
      allowed += some.allowed
    }
    expect(found).toEqual([])
    expect(allowed).toBeGreaterThan(cases / 10)
    expect(allowed).toBeLessThan((cases * 9) / 10)
  })

  test('policy texts, whole and damaged', async ({ skip }) => {
    skip(server.product !== 'openbao', 'the error texts are OpenBao’s')
    const random = randomFrom(3)
    const file = new URL('../policy/vectors/policy-parse-vectors.jsonl', import.meta.url)
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
    const texts = [...lines.map((line): string => JSON.parse(line).policy), ...SAMPLES]
    for (let text = 0; text < 300; text += 1) await compareText(server, random, texts, report)
    expect(found).toEqual([])
  })
})
