import { afterAll, beforeAll } from 'vitest'
import { run } from '../../src/modes/run.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import type { InputName } from '../../src/settings/input-table.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { type RunningServer, startOpenBao } from '../openbao/server.ts'
import { stage, startRecordedServer } from './recorded-server.ts'
import { writeRepository } from './repository.ts'

type Command = 'check' | 'drift' | 'plan' | 'apply' | 'snapshot'
type Transport = Parameters<typeof run>[1]['transport']

/** Runs over the repository of the faults, against a real server whose questions are recorded. For inside a `describe`. */
export function recordedRuns() {
  let real: RunningServer
  let token: string
  let server: Awaited<ReturnType<typeof startRecordedServer>>
  let repository: Awaited<ReturnType<typeof writeRepository>>
  beforeAll(async () => {
    real = await startOpenBao()
    token = await stage(real)
    server = await startRecordedServer(real)
    repository = await writeRepository()
  })
  afterAll(async () => {
    await server?.stop()
    await real?.stop()
    await repository?.remove()
  })
  return {
    failing: (...which: Parameters<typeof server.failing>) => server.failing(...which),
    asked: () => server.asked(),
    run(command: Command, values: Partial<Record<InputName, string>> = {}, transport?: Transport) {
      const settings = resolveSettings({
        given: {
          from: 'terminal',
          command,
          subject: undefined,
          // What is wrong in Git alone must not hide that the run is incomplete.
          values: { 'vault-addr': server.address, 'vault-token': token, 'fail-on': 'never', ...values },
          format: 'json',
          color: false,
        },
        config: EMPTY_CONFIG,
        environment: readEnvironment({}),
        folder: 'faults',
      })
      return run(settings, {
        cwd: repository.cwd,
        env: {},
        now: () => new Date('2026-06-01T00:00:00Z'),
        mask: () => {},
        warn: () => {},
        ...(transport === undefined ? {} : { transport }),
      })
    },
  }
}
