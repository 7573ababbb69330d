import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type RunningServer, startOpenBao } from '../openbao/start.ts'
import { runCheck } from './run-check.ts'
import type { createStory } from './story.ts'
import { must, setUp } from './vault-setup.ts'

const FOLDER = 'examples/soyo/as-fixed'
const APPS = 'webgrip/prod/clusters/soyo/apps'
const BACKSTAGE_KEYS = [
  'GITHUB_TOKEN',
  'AUTH_GITHUB_CLIENT_ID',
  'AUTH_GITHUB_CLIENT_SECRET',
  'BACKEND_SECRET',
  'GITHUB_APP_ID',
  'GITHUB_APP_PRIVATE_KEY',
]

/** The live half of the demo: a real server, its secrets in and out of order, and what the check says of each. */
export async function liveDemo(story: ReturnType<typeof createStory>): Promise<void> {
  const server = await startOpenBao({ audit: true })
  try {
    story.say(`${server.product === 'openbao' ? 'OpenBao' : 'Vault'} ${server.version} runs at ${server.address}.`)
    const token = await setUp(server, join(FOLDER, 'docs', 'vault.md'))
    const secrets = demoSecrets(server)
    const vault = { VAULT_ADDR: server.address, VAULT_TOKEN: token }
    const from = (await server.auditLog()).length

    story.step(
      'Live 1/3: the repository is right, the server is not: one secret is deleted, and one that only an example reads was never written.',
    )
    await secrets.write('backstage/app', BACKSTAGE_KEYS)
    await secrets.remove('backstage/app')
    story.show(runCheck(FOLDER, vault), {
      exitCode: 1,
      outcome: 'findings',
      // The example reads two properties of the secret that was never written: two places of one problem.
      findings: { 'secret-absent': 2, 'secret-deleted': 1 },
    })

    story.step('Live 2/3: both are there, and one was written again without `BACKEND_SECRET`, which a template reads.')
    await secrets.restore('backstage/app')
    await secrets.write(
      'backstage/app',
      BACKSTAGE_KEYS.filter((key) => key !== 'BACKEND_SECRET'),
    )
    await secrets.write('example/app', ['username', 'password'])
    story.show(runCheck(FOLDER, vault), { exitCode: 1, outcome: 'findings', findings: { 'template-key-absent': 1 } })

    story.step('Live 3/3: the key is there again, and the check passes.')
    await secrets.write('backstage/app', BACKSTAGE_KEYS)
    story.show(runCheck(FOLDER, vault), { exitCode: 0, outcome: 'clean', findings: {} })

    const asked = (await server.auditLog()).slice(from).filter((entry) => entry.type === 'request')
    const values = asked.filter((entry) => entry.request.path.startsWith('kv/data/') && !secrets.isOwn(entry.request))
    story.say(`The server's audit log: ${asked.length} requests, ${values.length} of the checks read a secret's value.`)
    story.unless(values.length === 0, 'a check asked for a data/ path')
  } finally {
    await server.stop()
  }
  story.say('The server is stopped.')
}

/** Writes secrets with random values: the keys are what matters. */
function demoSecrets(server: RunningServer) {
  return {
    write: async (app: string, keys: readonly string[]) => {
      const data = Object.fromEntries(keys.map((key) => [key, randomBytes(8).toString('hex')]))
      await must(server, 'POST', `kv/data/${APPS}/${app}`, { data })
    },
    remove: (app: string) => must(server, 'DELETE', `kv/data/${APPS}/${app}`),
    restore: (app: string) => must(server, 'POST', `kv/undelete/${APPS}/${app}`, { versions: [1] }),
    /** The demo writes and deletes below `data/`; only reading there would hand out a value. */
    isOwn: (request: { readonly operation: string }) => request.operation !== 'read',
  }
}
