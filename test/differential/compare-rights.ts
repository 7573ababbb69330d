import { capabilities } from '../../src/policy/authorize.ts'
import type { RunningServer } from '../openbao/server.ts'
import type { Random } from './random.ts'
import { policyText, type RandomPolicies, randomPath, randomPolicies } from './random-policy.ts'
import { ask, type Compared, type Disagreement, giveToken, ourAcl, shrink, variantOf } from './subject.ts'

/** Compares what `sys/capabilities` answers, many paths at once, with ours. */
export async function compareRights(
  server: RunningServer,
  random: Random,
  paths: number,
  report: (disagreement: Disagreement) => void,
): Promise<Compared> {
  const variant = variantOf(server)
  const policies = randomPolicies(random, { limits: false, openbao: server.product === 'openbao' })
  const asked = [...new Set(Array.from({ length: paths }, () => randomPath(random, policies)))].filter(Boolean)
  const answers = await serverRights(server, policies, asked)
  const acl = ourAcl(policies)
  for (const path of asked) {
    const ours = capabilities(acl, path, variant).join(' ')
    const theirs = answers.get(path) ?? 'no answer'
    if (ours === theirs) continue
    const smallest = await shrink(policies, async (fewer) => {
      const answer = (await serverRights(server, fewer, [path])).get(path)
      return capabilities(ourAcl(fewer), path, variant).join(' ') !== answer
    })
    report({ policies: smallest.map(policyText), request: `capabilities of ${path}`, ours, server: theirs })
  }
  return { cases: asked.length, allowed: [...answers.values()].filter((rights) => rights !== 'deny').length }
}

async function serverRights(
  server: RunningServer,
  policies: RandomPolicies,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const token = await giveToken(server, policies)
  const answer = await ask(server, 'POST', 'sys/capabilities', { body: { token, paths } })
  if (answer.status !== 200) throw new Error(`sys/capabilities: ${JSON.stringify(answer)}`)
  await ask(server, 'POST', 'auth/token/revoke', { body: { token } })
  return new Map(paths.map((path) => [path, [...(answer.body.data[path] ?? ['no answer'])].sort().join(' ')]))
}
