import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runFixture } from './fixture.ts'

test('a key from a manifest is one quoted word in the command that a fix prints', async () => {
  const { findings } = await runFixture(join(import.meta.dirname, 'push-unmanaged', 'bad', 'key-with-shell-characters'))
  expect(findings.map((finding) => finding.fix?.text)).toEqual([
    "vault kv metadata patch -mount=kv -custom-metadata=managed-by=external-secrets 'payments/api;id'",
  ])
})
