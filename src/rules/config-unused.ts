import type { SaidInVain } from '../chain/chain.ts'
import type { Finding } from '../model/finding.ts'
import { formatSpan } from '../model/span.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule } from './rule.ts'

/** The config says a store, role or policy that Git says itself: Git counts, and the entry waits to mislead somebody. */
export const configUnused: Rule = {
  id: 'config-unused',
  title: 'The config says a store, role or policy that Git declares itself',
  group: 'law',
  severity: 'warning',
  *check({ saidInVain }): Iterable<Finding> {
    for (const said of saidInVain) {
      const { of, name, span, by, differs } = said
      yield {
        rule: this.id,
        severity: differs ? 'warning' : 'note',
        message:
          `${WHAT[of]} \`${name}\` is in Git${by === undefined ? '' : ` (${formatSpan(by)})`}, which counts. ` +
          `The config ${differs ? 'says something else of it, and' : 'says the same of it, and'} is not heard.`,
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
  return differs ? `Remove ${entry} from the config, or correct what Git declares.` : `Remove ${entry} from the config.`
}
