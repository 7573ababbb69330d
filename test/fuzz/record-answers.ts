import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { run } from '../../src/modes/run.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { stage, startRecordedServer } from '../faults/recorded-server.ts'
import { writeRepository } from '../faults/repository.ts'
import { startOpenBao } from '../openbao/server.ts'

/** Writes `answers.json`: what a real server answers to the questions of `test/faults`. `node test/fuzz/record-answers.ts` */
const real = await startOpenBao()
const token = await stage(real)
const server = await startRecordedServer(real)
const repository = await writeRepository()
for (const mode of ['check', 'drift'] as const) {
  const settings = resolveSettings({
    given: {
      from: 'terminal',
      command: mode,
      subject: undefined,
      values: { 'vault-addr': server.address, 'vault-token': token },
      format: 'json',
      color: false,
    },
    config: EMPTY_CONFIG,
    environment: readEnvironment({}),
    folder: 'answers',
  })
  await run(settings, { cwd: repository.cwd, env: {}, now: () => new Date(), mask: () => {}, warn: () => {} })
}
const answers = Object.fromEntries(
  (await server.recorded()).map(([key, answer]) => [
    key,
    // The token is of a server that is gone, and nobody needs it.
    { ...answer, body: answer.body.replaceAll(token, 'a-token-of-nobody') },
  ]),
)
writeFileSync(fileURLToPath(new URL('answers.json', import.meta.url)), `${JSON.stringify(answers, null, 1)}\n`)
await server.stop()
await real.stop()
await repository.remove()
