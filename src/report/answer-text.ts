import { accessText } from './access-text.ts'
import type { Answered } from './answer.ts'
import { ciPolicyText } from './ci-policy-text.ts'
import { doctorText } from './doctor-text.ts'
import { explainText } from './explain-text.ts'
import { logSafeJson } from './plain-text.ts'
import { referencesText } from './references-text.ts'
import { rotateText } from './rotate-text.ts'
import { type TerminalOptions, terminalReport } from './terminal.ts'

/** An answer as it is printed, safe for a runner's log. Why there is none is always told as text. */
export function answerText(answered: Answered, format: 'text' | 'json', options: TerminalOptions): string {
  if (answered.answer === undefined) return terminalReport(answered.report, () => undefined, options)
  const { answer } = answered
  if (format === 'json') return `${logSafeJson(JSON.stringify(answer.document, undefined, 2))}\n`
  switch (answer.to) {
    case 'explain':
      return explainText(answer.document, options)
    case 'references':
      return referencesText(answer.document, options)
    case 'access':
      return accessText(answer.document, options)
    case 'rotate':
      return rotateText(answer.document, options)
    case 'doctor':
      return doctorText(answer.document, options)
    case 'ci-policy':
      return ciPolicyText(answer.document)
  }
}
