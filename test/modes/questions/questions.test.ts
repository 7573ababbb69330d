import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../../src/policy/parse-policy.ts'
import { ask } from './ask.ts'

const fixed = join(import.meta.dirname, '../../../examples/soyo/as-fixed')
const found = join(import.meta.dirname, '../../../examples/soyo/as-found')

describe('explain', () => {
  test('tells every request in order, with the session around it (eso.md §3.0)', async () => {
    const { text, exitCode } = await ask({
      command: 'explain',
      cwd: fixed,
      subject: 'PushSecret/backstage/backstage-db-to-vault',
    })
    expect(exitCode).toBe(0)
    const requests = [...text.matchAll(/^\s+\d+\s+(\w+)\s+(GET|PUT|DELETE) (\S+)$/gm)].map(
      (match) => `${match[1]} ${match[2]} ${match[3]}`,
    )
    const db = 'webgrip/prod/clusters/soyo/apps/backstage/db'
    const push = [
      `allowed GET /v1/kv/data/${db}`,
      `allowed GET /v1/kv/metadata/${db}`,
      `allowed PUT /v1/kv/metadata/${db}`,
      `allowed PUT /v1/kv/metadata/${db}`,
      `allowed PUT /v1/kv/data/${db}`,
    ]
    expect(requests).toEqual([
      'unasked PUT /v1/auth/kubernetes/login',
      ...push,
      ...push,
      'allowed GET /v1/auth/token/lookup-self',
      'allowed PUT /v1/auth/token/revoke-self',
    ])
  })

  test('names the rule that decides, its line, and what it beat', async () => {
    const { text } = await ask({
      command: 'explain',
      cwd: fixed,
      subject: 'PushSecret/backstage/backstage-db-to-vault',
    })
    expect(text).toContain('of external-secrets  docs/vault.md:24')
    expect(text).toMatch(/kv\/data\/webgrip\/prod\/clusters\/soyo\/apps\/\*/)
  })

  test('says why a request is denied', async () => {
    const { text } = await ask({ command: 'explain', cwd: found, subject: 'ExternalSecret/default/example-from-vault' })
    expect(text).toMatch(/denied\s+GET \/v1\/kv\/data\/webgrip/)
    expect(text).toContain('kv/data/external-secrets/*')
  })

  test('takes a file, and a line of it', async () => {
    const file = 'kubernetes/apps/external-secrets/examples/external-secret-example.yaml'
    const whole = await ask({ command: 'explain', cwd: fixed, subject: file })
    const line = await ask({ command: 'explain', cwd: fixed, subject: `${file}:22` })
    expect(whole.text).toContain('spec.data[0]')
    expect(whole.text).toContain('spec.data[1]')
    expect(line.text).toContain('spec.data[1]')
    expect(line.text).not.toContain('spec.data[0]')
  })

  test('a subject that is not there is invalid, with the names that are near', async () => {
    const { text, exitCode } = await ask({
      command: 'explain',
      cwd: fixed,
      subject: 'ExternalSecret/backstage/backstage-secret',
    })
    expect(exitCode).toBe(2)
    expect(text).toContain('backstage-secrets')
  })

  test('json is parsed and holds the same decisions', async () => {
    const { text } = await ask({ command: 'explain', cwd: found, format: 'json' })
    expect(JSON.stringify(JSON.parse(text))).toContain('"denied"')
  })
})

describe('references', () => {
  test('who reads and writes which path', async () => {
    const { text, exitCode } = await ask({ command: 'references', cwd: fixed })
    expect(exitCode).toBe(0)
    const paths = text.split('\n').filter((line) => line.startsWith('kv/'))
    expect(paths).toEqual(
      ['app', 'db']
        .map((one) => `kv/webgrip/prod/clusters/soyo/apps/backstage/${one}`)
        .concat('kv/webgrip/prod/clusters/soyo/apps/example/app'),
    )
    expect(text).toMatch(/writes PushSecret backstage\/backstage-db-to-vault\s+push username, password/)
  })
})

describe('ci-policy', () => {
  test('is a policy that the server takes, and never touches data', async () => {
    const { text } = await ask({ command: 'ci-policy', cwd: fixed })
    const parsed = parsePolicy(text, { product: 'openbao' })
    expect(parsed.ok).toBe(true)
    if (!parsed.ok) return
    const paths = parsed.policy.rules.map((rule) => rule.label)
    expect(paths.length).toBeGreaterThan(5)
    expect(paths.filter((path) => path.includes('/data/'))).toEqual([])
    const granted = new Set(
      parsed.policy.rules.filter((rule) => rule.label.startsWith('kv/')).flatMap((rule) => rule.capabilities),
    )
    expect([...granted]).toEqual(['read'])
  })
})
