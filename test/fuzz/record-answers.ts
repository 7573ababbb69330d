import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { run } from '../../src/modes/run.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { stage, startRecordedServer } from '../faults/recorded-server.ts'
import { CI_POLICY, writeRepository } from '../faults/repository.ts'
import { startOpenBao } from '../openbao/server.ts'
import { tokenWith } from '../openbao/stage.ts'

/** Writes `answers.json`: what a real server answers to the questions of `test/faults`. `node test/fuzz/record-answers.ts` */
const real = await startOpenBao()
const repository = await writeRepository()

async function record(token: string, modes: readonly ('check' | 'drift')[]) {
  const server = await startRecordedServer(real)
  for (const mode of modes) {
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
  const recorded = await server.recorded()
  await server.stop()
  // The token is of a server that is gone, and nobody needs it.
  return recorded.map(([key, answer]) => [key, { ...answer, body: answer.body.replaceAll(token, 'a-token-of-nobody') }])
}

const token = await stage(real)
const whole = await record(token, ['check', 'drift'])
// What is asked in place of the key names, where those are hidden.
const weak = await record(await tokenWith(real, CI_POLICY.replace(/^path "kv\/subkeys.*$/m, '')), ['check'])
const answers = Object.fromEntries([...weak, ...whole])
writeFileSync(fileURLToPath(new URL('answers.json', import.meta.url)), `${JSON.stringify(answers, null, 1)}\n`)
await real.stop()
await repository.remove()
