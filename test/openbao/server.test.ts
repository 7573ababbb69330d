import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithServer, type RunningServer, startOpenBao } from './server.ts'

describeWithServer('the server harness', () => {
  let server: RunningServer
  let secure: RunningServer
  beforeAll(async () => {
    server = await startOpenBao({ audit: true })
    secure = await startOpenBao({ tls: true })
  })
  afterAll(async () => {
    await server?.stop()
    await secure?.stop()
  })

  test('answers, with the root token it names', async () => {
    expect((await server.request('GET', 'sys/health', undefined, '')).body).toMatchObject({ sealed: false })
    expect((await server.request('GET', 'auth/token/lookup-self')).body.data.policies).toEqual(['root'])
    expect((await server.request('GET', 'sys/mounts', undefined, 'wrong')).status).toBe(403)
  })

  test('writes an audit log that names operation and path', async () => {
    await server.request('POST', 'secret/data/one', { data: { key: 'value-never-logged' } })
    const log = await server.auditLog()
    const entry = log.find((one) => one.type === 'request' && one.request.path === 'secret/data/one')
    expect(entry?.request.operation).toMatch(/create|update/)
    expect(JSON.stringify(log)).not.toContain('value-never-logged')
  })

  test('speaks TLS with a CA of its own', async () => {
    expect(secure.address).toMatch(/^https:/)
    expect((await secure.request('GET', 'sys/health')).status).toBe(200)
    await expect(secure.auditLog()).rejects.toThrow('audit')
  })

  test('stops', async () => {
    const other = await startOpenBao()
    await other.stop()
    await expect(other.request('GET', 'sys/health')).rejects.toThrow()
  })
})
