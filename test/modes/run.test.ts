import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../src/modes/run.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { settingsFor } from './questions/ask.ts'

const TOKEN = 'hvs.CAESIJ1ZmFrZXRva2VuZm9ydGVzdA'

/** A store that nothing declares, with a token on the line of the finding, and a key block through which a finding points. */
const MANIFESTS = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: app, namespace: apps }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: gone } # used to be ${TOKEN}, name: gone
  data: [{ secretKey: a, remoteRef: { key: app, property: a } }]
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: pem
  namespace: apps
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: gone }
  unknownField: |
    -----BEGIN PRIVATE KEY-----
    TUlJRXZBSUJBREFOQmdrcWhraUc5dzBC
    -----END PRIVATE KEY-----
  data: [{ secretKey: a, remoteRef: { key: app, property: a } }]
`

describe('source lines that a run shows', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'house-run-'))
    mkdirSync(join(folder, 'apps'))
    writeFileSync(join(folder, 'apps/app.yaml'), MANIFESTS)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const deps = () => ({
    cwd: folder,
    env: {},
    now: () => new Date('2026-06-01T00:00:00Z'),
    mask: () => undefined,
    warn: () => undefined,
  })

  test('hold no token that stands under a finding, and the mark stays where it was', async () => {
    const { report, sourceLine } = await run(settingsFor({ command: 'check', cwd: folder }), deps())
    const text = terminalReport(report, sourceLine, { color: false, width: 140 })
    expect(text).not.toContain('CAES')
    const absent = report.findings.find(({ rule, span }) => rule === 'store-absent' && span.line === 5)
    const line = sourceLine('apps/app.yaml', 5)
    expect(line).toContain('used to be ****')
    expect(line?.slice((absent?.span.column ?? 0) - 1, (absent?.span.endColumn ?? 0) - 1)).toBe('gone')
    expect(sourceLine('apps/app.yaml', 5)).toHaveLength((MANIFESTS.split('\n')[4] as string).length)
  })

  test('hold no line of a private key, of which none looks like a secret by itself', async () => {
    const { sourceLine } = await run(settingsFor({ command: 'check', cwd: folder }), deps())
    expect(sourceLine('apps/app.yaml', 17)).toBe('*'.repeat(36))
    expect(sourceLine('apps/app.yaml', 19)).toContain('secretKey: a')
    expect(sourceLine('apps/app.yaml', 999)).toBeUndefined()
    expect(sourceLine('apps/none.yaml', 1)).toBeUndefined()
  })
})
