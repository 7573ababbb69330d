import type { SaidInVain } from '../chain/chain.ts'
import { formatSpan } from '../model/span.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** The config says a store, role or policy that Git says itself: Git counts, and the entry waits to mislead somebody. */
export const configUnused: Rule = {
  id: 'config-unused',
  title: 'The config says a store, role or policy that Git declares itself',
  group: 'law',
  severity: 'warning',
  *check({ saidInVain }): Iterable<RuleFinding> {
    for (const said of saidInVain) {
      const { of, name, span, by, differs } = said
      yield {
        rule: this.id,
        severity: differs ? 'warning' : 'note',
        headline: `${WHAT[of]} \`${name}\` is in Git, so the config's entry is not used`,
        why: `The config says ${differs ? 'something else' : 'the same'}; ${by === undefined ? 'Git' : formatSpan(by)} counts.`,
        span,
        related: by === undefined ? [] : [{ span: by, message: `Git declares ${of} \`${name}\` here` }],
        fix: fixOf(said),
        fingerprint: fingerprint(this.id, of, name),
      }
    }
  },
}

const WHAT: Readonly<Record<SaidInVain['of'], string>> = { store: 'Store', role: 'Role', policy: 'Policy' }

function fixOf({ of, name, differs }: SaidInVain): string {
  const entry = `\`${of === 'policy' ? 'policies' : `${of}s`}.${name}\``
  return differs ? `remove ${entry} from the config, or correct Git` : `remove ${entry} from the config`
}
