import { runCommand } from '../../src/commands/run-command.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { type Env, readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import type { Command, Format } from '../../src/settings/settings.ts'

export interface Asked {
  readonly command: Command
  readonly cwd: string
  readonly subject?: string
  readonly format?: Format
  readonly env?: Env
}

/** Settings and surroundings as the terminal would make them, for a folder. */
export function settingsFor({ command, subject, format = 'text', env = {} }: Asked) {
  return resolveSettings({
    given: { from: 'terminal', command, subject, values: {}, format, color: false },
    config: EMPTY_CONFIG,
    environment: readEnvironment(env),
    folder: 'test',
  })
}

export function ask(asked: Asked) {
  const deps = {
    cwd: asked.cwd,
    env: asked.env ?? {},
    now: () => new Date('2026-06-01T00:00:00Z'),
    mask: () => undefined,
    warn: () => undefined,
  }
  return runCommand(settingsFor(asked), deps, { color: false, width: 120 })
}
