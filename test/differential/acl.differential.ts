import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startOpenBao } from '../openbao/server.ts'
import { compareLists } from './compare-lists.ts'
import { compareRequests, prepareMount } from './compare-requests.ts'
import { compareRights } from './compare-rights.ts'
import { compareText, SAMPLES } from './compare-texts.ts'
import { randomFrom } from './random.ts'
import type { Compared, Disagreement } from './subject.ts'

/**
 * Random policies and paths: our decision against the server's own. Ends with code 1 at any disagreement, which then belongs
 * into test/policy/vectors/. `node test/differential/acl.differential.ts --count 20000 --seed 7`
 */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    requests: { type: 'string' },
    lists: { type: 'string' },
    texts: { type: 'string' },
    seed: { type: 'string' },
  },
})
const count = Number(values.count)
const requests = Number(values.requests ?? Math.ceil(count / 8))
const lists = Number(values.lists ?? count)
const texts = Number(values.texts ?? Math.ceil(count / 20))
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)

const lines = (file: string) =>
  readFileSync(new URL(file, import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean)
const samples: string[] = lines('../policy/vectors/policy-parse-vectors.jsonl').map((line) => JSON.parse(line).policy)

const disagreements: Disagreement[] = []
const report = (disagreement: Disagreement) => {
  disagreements.push(disagreement)
  if (disagreements.length <= 20) print(JSON.stringify(disagreement, null, 2))
}
const print = (line: string) => process.stdout.write(`${line}\n`)

const server = await startOpenBao()
try {
  print(`seed ${seed}, ${server.product} ${server.version}`)
  const random = randomFrom(seed)
  await prepareMount(server)
  const rights = await repeat(count, () => compareRights(server, random, 100, report))
  const sent = await repeat(requests, () => compareRequests(server, random, 25, report))
  const listed = await repeat(lists, () => compareLists(server, random, 100, report))
  // The error texts are OpenBao's.
  const written = server.product === 'openbao' ? texts : 0
  for (let text = 0; text < written; text += 1) await compareText(server, random, [...samples, ...SAMPLES], report)
  print(`${rights.cases} rights (${rights.allowed} grant something), ${sent.cases} requests (${sent.allowed} allowed),`)
  print(
    `${listed.cases} LISTs below nested prefixes (${listed.allowed} grant something), each for every kind of server,`,
  )
  print(`${written} policy texts compared: ${disagreements.length} disagreements`)
} finally {
  await server.stop()
}
process.exitCode = disagreements.length === 0 ? 0 : 1

async function repeat(least: number, compare: () => Promise<Compared>): Promise<Compared> {
  let [cases, allowed] = [0, 0]
  while (cases < least) {
    const some = await compare()
    cases += some.cases
    allowed += some.allowed
  }
  return { cases, allowed }
}
