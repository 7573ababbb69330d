import type { FieldDifference, Shown } from '../chain/drift-facts.ts'
import type { AclRule } from '../policy/acl-rule.ts'
import { describeLimits } from '../policy/describe-limits.ts'
import { capabilitiesOf, changedRules, readRules } from '../setup/policy-rules.ts'

/**
 * Two texts of one policy, as rules: path, capabilities and limits. Texts that differ in layout, comments or order only are no
 * drift (vault.md §7.2).
 *
 * @returns the rules that differ, or why Git's text cannot be compared.
 */
export function comparePolicies(
  name: string,
  declared: string,
  live: string,
): readonly FieldDifference[] | { readonly error: string } {
  if (declared.trim() === live.trim()) return []
  const [expected, actual] = [readRules(name, declared), readRules(name, live)]
  if ('error' in expected) return { error: expected.error }
  if ('error' in actual) {
    return [
      {
        field: 'text',
        expected: { code: 'policy' },
        actual: { code: 'unreadable', says: actual.error.trim() },
      },
    ]
  }
  return changedRules(expected.rules, actual.rules).map(({ path, before, after }) => {
    const limited = [before, after].map((rule) => (rule === undefined ? '' : describeLimits(rule)))
    const limitsDiffer = before !== undefined && after !== undefined && limited[0] !== limited[1]
    const say = (rule: AclRule | undefined, limits = ''): Shown => {
      const grants = granted(rule)
      if (!limitsDiffer) return grants
      const names = grants.code === 'value' ? grants.text : 'no capability'
      return { code: 'value', text: `${names} with ${limits || 'no limits'}` }
    }
    return { field: `rule ${path}`, expected: say(before, limited[0]), actual: say(after, limited[1]) }
  })
}

function granted(rule: AclRule | undefined): Shown {
  if (rule === undefined) return { code: 'no-rule' }
  const names = [...capabilitiesOf(rule), ...rule.unknownCapabilities]
  return names.length === 0 ? { code: 'no-capability' } : { code: 'value', text: names.join(', ') }
}
