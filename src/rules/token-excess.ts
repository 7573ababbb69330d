import { counted } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** The CI token can do more than look: it is root, or it could read values. The program never does; whoever steals it could. */
export const tokenExcess: Rule = {
  id: 'token-excess',
  title: 'The CI token can read secret values, or is a root token',
  group: 'facts',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    for (const state of chain.live?.states.values() ?? []) {
      const { root, readableValues } = state.excess
      const anchor = chain.storeLinks[0]?.store.manifest.span
      if (anchor === undefined || (!root && readableValues.length === 0)) continue
      yield {
        rule: this.id,
        severity: this.severity,
        message: root
          ? 'The token of this check is a root token. A check needs to see policies, roles and metadata, and nothing else.'
          : `The token of this check may read the values of ${counted(readableValues.length, 'secret')}, \`${readableValues[0]}\` first. A check needs no rule on \`data/\`.`,
        span: anchor,
        related: [],
        fix: 'Give it the policy that `eso-vault ci-policy` prints, and no more.',
        fingerprint: fingerprint(this.id, root ? 'root' : 'values'),
      }
      return
    }
  },
}
