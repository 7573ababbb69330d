import type { RunningServer } from '../openbao/server.ts'
import { capabilities } from '../policy/acl-answers.ts'
import type { Random } from './random.ts'
import { policyText, randomPath, randomPolicies } from './random-policy.ts'
import { type Compared, type Disagreement, ourAcl, serverRights, shrink, variantOf } from './subject.ts'

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
