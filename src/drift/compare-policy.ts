import { readRules, ruleChanges } from '../setup/policy-rules.ts'
import type { FieldDifference } from './drift-facts.ts'

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
        expected: 'a policy',
        actual: `a text that the server itself could not read again (${actual.error.trim()})`,
      },
    ]
  }
  return ruleChanges(expected.rules, actual.rules).map(({ path, before, after }) => {
    const same = before !== undefined && after !== undefined && before.join() === after.join()
    return {
      field: `rule ${path}`,
      expected: same ? `${capabilities(before)} with other parameters or limits` : capabilities(before),
      actual: capabilities(after),
    }
  })
}

function capabilities(list: readonly string[] | undefined): string {
  if (list === undefined) return 'no such rule'
  return list.length === 0 ? 'no capability' : list.join(', ')
}
