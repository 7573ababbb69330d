/**
 * `npm run demo`: the check on a small repository as it was found and as it was fixed, then against a real server. It ends with
 * code 0 only if every step came out as it should; `REQUIRE_SERVER=1` makes a missing server a failure too.
 */
import { relative } from 'node:path'
import process from 'node:process'
import { liveDemo } from './demo/live.ts'
import { PROGRAM, runCheck } from './demo/run-check.ts'
import { createStory } from './demo/story.ts'
import { findServer } from './openbao/binary.ts'

process.chdir(new URL('..', import.meta.url).pathname)
// A server that was started is stopped on the way out, also when somebody stops the demo.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => process.exit(code))

const story = createStory((text) => void process.stdout.write(text))

story.say(`This runs ${relative('.', PROGRAM)} on examples/soyo: a small GitOps repository, Flux, one Vault.`)

story.step('Offline 1/2: the repository as found. No server is asked; policy and role are read from its docs/vault.md.')
story.show(runCheck('examples/soyo/as-found'), {
  exitCode: 1,
  outcome: 'findings',
  findings: { 'field-unknown': 1, 'policy-denies': 5, 'api-version-unserved': 4 },
})

story.step('Offline 2/2: the same repository, each finding mended as its help says.')
story.show(runCheck('examples/soyo/as-fixed'), { exitCode: 0, outcome: 'clean', findings: {} })

story.step('Live: the same check against a real server, started here and stopped at the end.')
const server = await findServer()
if (server.binary === undefined) {
  story.say(`!!! NO SERVER, the live half is not shown: ${server.because}.`)
  story.say('!!! Put `bao` or `vault` on PATH, or name one with VAULT_BIN, to see it.')
  story.unless(process.env.REQUIRE_SERVER !== '1', 'REQUIRE_SERVER=1, and no server can be had')
} else {
  await liveDemo(story)
}

story.step(
  story.surprises.length === 0
    ? 'Everything came out as expected.'
    : `${story.surprises.length} of the steps did not come out as expected:\n   ${story.surprises.join('\n   ')}`,
)
process.exitCode = story.surprises.length === 0 ? 0 : 1
