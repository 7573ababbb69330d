import { answer } from '../../../src/modes/run.ts'
import { answerText } from '../../../src/report/answer-text.ts'
import { type Config, EMPTY_CONFIG } from '../../../src/settings/config-file.ts'
import { type Env, readEnvironment } from '../../../src/settings/environment.ts'
import { resolveSettings } from '../../../src/settings/resolve-settings.ts'
import type { Command, Purpose, Question } from '../../../src/settings/settings.ts'

export interface Asked {
  readonly command: Command
  readonly cwd: string
  readonly subject?: string
  readonly ofNamespace?: string
  readonly format?: 'text' | 'json'
  readonly env?: Env
  readonly purpose?: Purpose
  readonly config?: Config
}

/** Settings and surroundings as the terminal would make them, for a folder. */
export function settingsFor({
  command,
  subject,
  ofNamespace,
  format = 'text',
  env = {},
  purpose,
  config = EMPTY_CONFIG,
}: Asked) {
  return resolveSettings({
    given: { from: 'terminal', command, subject, ofNamespace, values: {}, format, color: false, purpose },
    config,
    environment: readEnvironment(env),
    folder: 'test',
  })
}

export async function ask(asked: Asked & { readonly command: Question }) {
  const deps = {
    cwd: asked.cwd,
    env: asked.env ?? {},
    now: () => new Date('2026-06-01T00:00:00Z'),
    mask: () => undefined,
    warn: () => undefined,
  }
  const result = await answer(asked.command, settingsFor(asked), deps)
  const text = answerText(result, asked.format ?? 'text', { color: false, width: 120 })
  return { text, exitCode: result.exitCode }
}
