import type { Command } from '../settings/settings.ts'

/** The commands that answer a question instead of making a report. */
export type Question = 'explain' | 'references' | 'ci-policy'

export function isQuestion(command: Command): command is Question {
  return command === 'explain' || command === 'references' || command === 'ci-policy'
}
