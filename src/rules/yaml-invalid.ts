import type { Severity } from '../model/finding.ts'
import type { InvalidYaml, Slip } from '../model/invalid-yaml.ts'
import { upper } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * A document of ESO's kinds that does not parse or repeats a key. kubectl, kustomize and Flux refuse it, so that nothing of it is applied
 * and, here, nothing of it is checked (design §6).
 */
export const yamlInvalid: Rule = {
  id: 'yaml-invalid',
  title: 'A manifest of an ESO kind is not valid YAML, or repeats a key',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const invalid of chain.invalidYaml) {
      const { span, aside, problem } = invalid
      const others = chain.manifests.filter((manifest) => manifest.span.file === span.file)
      // Nothing says of a document that does not parse whether it is applied; what stands beside it does.
      const unapplied = others.length > 0 && others.every(({ origin }) => origin.applied.verdict === 'not-applied')
      const severity: Severity = unapplied || aside ? 'note' : 'error'
      const repeated = problem.code === 'duplicate-key'
      yield {
        rule: this.id,
        severity,
        headline:
          problem.code === 'duplicate-key' ? `Key \`${problem.key}\` is written twice` : 'Manifest is not valid YAML',
        why: whyOf(invalid),
        span,
        related: repeated ? [{ span: problem.first, message: `\`${problem.key}\` stands here first` }] : [],
        fix: fixOf(invalid),
        fingerprint: fingerprint(this.id, span.file, problem.code, repeated ? problem.key : problem.says),
      }
    }
  },
}

const CONSEQUENCE = 'kubectl, kustomize and Flux refuse the file, and no reference in this document is checked.'

function whyOf({ problem }: InvalidYaml): string {
  if (problem.code === 'duplicate-key') return 'kustomize and Flux refuse the file; here the second one was read.'
  const likely = problem.slip === undefined ? '' : ` ${slipText(problem.slip)}`
  return `${upper(problem.says)}.${likely} ${CONSEQUENCE}`
}

function slipText(slip: Slip): string {
  switch (slip.code) {
    case 'tab':
      return `Line ${slip.line} is indented with a tab.`
    case 'no-space-after-colon':
      return `Line ${slip.line} lacks a space after the colon.`
    case 'colon-in-value':
      return `The value in line ${slip.line} holds a colon and is not in quotes.`
    case 'reserved-character':
      return `The value in line ${slip.line} begins with a character that YAML reserves, and is not in quotes.`
    case 'indented-too-far':
      return `Line ${slip.line} is indented further than line ${slip.like} allows.`
    case 'not-indented-enough':
      return `Line ${slip.line} is indented less than line ${slip.like}, and more than what is around it.`
    case 'quote-not-closed':
      return `The quote in line ${slip.line} is not closed.`
    case 'bracket-not-closed':
      return `The bracket in line ${slip.line} is not closed.`
  }
}

function fixOf({ problem, span }: InvalidYaml): string {
  if (problem.code === 'duplicate-key')
    return `keep one of the two \`${problem.key}\`: line ${problem.first.line} or line ${span.line}`
  const { slip } = problem
  switch (slip?.code) {
    case undefined:
      return `correct line ${span.line}, or the one above it`
    case 'tab':
      return `write spaces instead of the tab in line ${slip.line}`
    case 'no-space-after-colon':
      return `write a space after the colon in line ${slip.line}`
    case 'colon-in-value':
    case 'reserved-character':
      return `put the value in line ${slip.line} into quotes`
    case 'indented-too-far':
    case 'not-indented-enough':
      return `indent line ${slip.line} like line ${slip.like}`
    case 'quote-not-closed':
      return `close the quote in line ${slip.line}`
    case 'bracket-not-closed':
      return `close the bracket in line ${slip.line}`
  }
}
