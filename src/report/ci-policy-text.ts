import { quoteHcl } from '../policy/generate.ts'
import type { CiPolicyDocument, CiRule } from './answer.ts'
import { logSafe, oneLine } from './plain-text.ts'

/** The policy as HCL, ready for `vault policy write`; what is optional stands in it as a comment. */
export function ciPolicyText({ rules, notes, for: purpose }: CiPolicyDocument): string {
  const sections: string[] = [
    [
      purpose === 'snapshot'
        ? '# What a token needs so that `eso-vault snapshot` sees all that it writes down for this repository, and no secret value.'
        : '# What a CI token needs so that `eso-vault check` sees all that this repository asks of Vault, and no secret value.',
      ...notes.map((note) => `# Note: ${oneLine(note)}`),
    ].join('\n'),
  ]
  const purposes = [...new Set(rules.map((rule) => rule.purpose))]
  for (const purpose of purposes) {
    const lines = rules.filter((rule) => rule.purpose === purpose).map(block)
    sections.push([`# ${oneLine(purpose)}`, ...lines].join('\n'))
  }
  return logSafe(`${sections.join('\n\n')}\n`)
}

function block({ path, capabilities, needed }: CiRule): string {
  const line = `path ${quoteHcl(path)} { capabilities = [${capabilities.map((name) => `"${name}"`).join(', ')}] }`
  return needed ? line : `# ${line}`
}
