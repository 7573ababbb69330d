import { variantsOf } from '../../src/model/server-law.ts'
import type { Variant } from '../../src/model/variant.ts'
import type { RunningServer } from '../openbao/server.ts'
import { capabilities } from '../policy/acl-answers.ts'
import { rightsByTheBook } from './list-by-the-book.ts'
import { type NestedRule, nestedPolicy, randomFolder, randomNestedRules } from './nested-lists.ts'
import type { Random } from './random.ts'
import { policyText } from './random-policy.ts'
import { type Compared, type Disagreement, ourAcl, serverRights, variantOf } from './subject.ts'

/** One server of each kind, as `vault.product` names it. */
const PRODUCTS = ['openbao@2.7', 'vault@2.0.3', 'vault@1.20', 'vault@1.13.9'] as const

/**
 * LIST below prefixes that nest: ours against the server that runs, and for each kind of server against the reference, which is
 * held to the running server as well.
 */
export async function compareLists(
  server: RunningServer,
  random: Random,
  folders: number,
  report: (disagreement: Disagreement) => void,
): Promise<Compared> {
  const rules = randomNestedRules(random)
  const policies = nestedPolicy(rules)
  const asked = [...new Set(Array.from({ length: folders }, () => randomFolder(random, rules)))]
  const answers = await serverRights(server, policies, asked)
  const acl = ourAcl(policies)
  const running = variantOf(server)
  const compare = (folder: string, variant: Variant, who: string, theirs: string) => {
    const ours = capabilities(acl, folder, variant).join(' ')
    if (ours !== theirs) report(disagreement(rules, `LIST ${folder} as ${who}`, ours, theirs))
  }
  for (const folder of asked) {
    const told = answers.get(folder) ?? 'no answer'
    const book = rightsByTheBook(rules, folder, running)
    if (book !== told) report(disagreement(rules, `LIST ${folder}, reference`, book, told))
    compare(folder, running, server.version, told)
    for (const product of PRODUCTS) {
      const [name = '', version] = product.split('@')
      for (const variant of variantsOf(name === 'vault' ? 'vault' : 'openbao', version))
        compare(folder, variant, product, rightsByTheBook(rules, folder, variant))
    }
  }
  return { cases: asked.length, allowed: [...answers.values()].filter((rights) => rights !== 'deny').length }
}

function disagreement(rules: readonly NestedRule[], request: string, ours: string, server: string): Disagreement {
  return { policies: nestedPolicy(rules).map(policyText), request, ours, server }
}
