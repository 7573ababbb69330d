import type { Answer } from '../../report/answer.ts'
import type { Report } from '../../report/report.ts'
import type { Question, Settings } from '../../settings/settings.ts'
import type { Gathered } from '../gather.ts'
import { accessOfNamespace, accessOfPath } from './access.ts'
import { ciPolicy } from './ci-policy.ts'
import { doctor } from './doctor.ts'
import { explain } from './explain.ts'
import { references } from './references.ts'
import { rotate } from './rotate.ts'

/**
 * Answers a question from what was gathered.
 *
 * @throws InvalidInput when the subject of `explain` matches nothing.
 */
export function answerQuestion(
  question: Question,
  settings: Settings,
  gathered: Gathered,
  about: {
    readonly cwd: string
    readonly live: string
    readonly incomplete: readonly string[]
    /** What a check says of it. */
    readonly report: (gathered: Gathered) => Report
  },
): Answer {
  switch (question) {
    case 'explain':
      return { to: question, document: explain(gathered, settings.subject, about) }
    case 'references':
      return { to: question, document: references(gathered) }
    case 'access': {
      const { subject, ofNamespace } = settings
      const document =
        ofNamespace === undefined ? accessOfPath(gathered, subject ?? '') : accessOfNamespace(gathered, ofNamespace)
      return { to: question, document }
    }
    case 'rotate':
      return { to: question, document: rotate(gathered, settings.subject ?? '') }
    case 'doctor':
      return { to: question, document: doctor(about.report(gathered), gathered) }
    case 'ci-policy': {
      const { allowValueRead, config } = settings
      const form = config.setup.policy.generate === 'folder' ? 'folder' : 'exact'
      const snapshot = settings.purpose === 'snapshot' ? { snapshot: config.snapshot } : {}
      return { to: question, document: ciPolicy(gathered, { form, allowValueRead, ...snapshot }) }
    }
  }
}
