import { describe, test } from 'vitest'
import { findServer } from '../../scripts/openbao/binary.ts'

export * from '../../scripts/openbao/start.ts'

/**
 * A suite that needs a server. Where none can be had it is skipped, and says so loudly; with `REQUIRE_SERVER=1` (as CI
 * sets it) that is a failure (design §8).
 */
export function describeWithServer(name: string, suite: () => void): void {
  describe(name, async () => {
    const server = await findServer()
    if (server.binary !== undefined) {
      suite()
      return
    }
    if (process.env.REQUIRE_SERVER === '1') {
      test('needs a server', () => {
        throw new Error(`REQUIRE_SERVER=1, but there is no server: ${server.because}`)
      })
      return
    }
    process.stderr.write(`\n!!! SKIPPED, no Vault or OpenBao server: "${name}" (${server.because})\n\n`)
    test.skip('needs a server', () => {})
  })
}
