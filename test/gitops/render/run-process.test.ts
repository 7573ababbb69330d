import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runProcess } from '../../../src/gitops/process/run-process.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'eso-vault-process-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function program(name: string, text: string): string {
  const file = path.join(folder, name)
  writeFileSync(file, `#!/bin/sh\n${text}`)
  chmodSync(file, 0o755)
  return file
}

const settings = (more: object = {}) => ({
  cwd: folder,
  timeout: 10_000,
  maxBuffer: 1024 * 1024,
  env: { PATH: '/usr/bin:/bin' },
  ...more,
})

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // A process that nothing has waited for yet is still listed.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (!isAlive(pid)) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}

describe('a program that renders is held to its time and its output (platform.md §7, threat 5)', () => {
  test('what it prints, its exit code, and nothing of our environment', async () => {
    process.env.ESO_VAULT_TEST_TOKEN = 'canary-token'
    const file = program('env', 'env\necho bad >&2\nexit 3\n')
    const result = await runProcess(file, [], settings())
    delete process.env.ESO_VAULT_TEST_TOKEN
    expect(result).toMatchObject({ code: 3, stderr: 'bad\n' })
    expect(result.stdout).toContain('PATH=/usr/bin:/bin')
    expect(result.stdout).not.toContain('canary-token')
  })

  test.skipIf(process.platform !== 'linux')('the system itself holds it to its memory and processor time', async () => {
    const { stdout } = await runProcess(program('limits', 'ulimit -v\nulimit -t\n'), [], settings())
    expect(stdout).toBe('4194304\n180\n')
    const greedy = program('greedy', 'exec dd if=/dev/zero of=/dev/null bs=5G count=1\n')
    const { code, stderr } = await runProcess(greedy, [], settings({ timeout: 25_000 }))
    expect([code, stderr]).toEqual([1, expect.stringMatching(/memory/)])
  })

  test('a program that is not there, or that is none, is not started', async () => {
    const absent = await runProcess(path.join(folder, 'absent'), [], settings())
    expect(absent).toMatchObject({ code: undefined, stopped: 'not-started' })
    const file = path.join(folder, 'no-program')
    writeFileSync(file, 'text')
    expect(await runProcess(file, [], settings())).toMatchObject({ code: undefined, stopped: 'not-started' })
  })

  test('arguments are never read by a shell', async () => {
    const file = program('args', 'printf "%s|" "$@"\n')
    const { stdout } = await runProcess(file, ['$(touch x)', '; touch y', '`z`'], settings())
    expect(stdout).toBe('$(touch x)|; touch y|`z`|')
    expect(existsSync(path.join(folder, 'x'))).toBe(false)
  })

  test('one that hangs is killed', async () => {
    const result = await runProcess(
      program('hang', 'echo $$ > hang.pid\nexec sleep 60\n'),
      [],
      settings({ timeout: 300 }),
    )
    expect(result).toMatchObject({ code: undefined, stopped: 'timeout' })
    expect(await gone(Number(readFileSync(path.join(folder, 'hang.pid'), 'utf8')))).toBe(true)
  })

  test('one whose child hangs (git, helm) is killed with it: the child holds the pipe open', async () => {
    const file = program('parent', 'sleep 60 &\necho $! > child.pid\nwait\n')
    const result = await runProcess(file, [], settings({ timeout: 300 }))
    expect(result.stopped).toBe('timeout')
    expect(await gone(Number(readFileSync(path.join(folder, 'child.pid'), 'utf8')))).toBe(true)
  })

  test('one that prints without end is killed at the cap, on either stream', async () => {
    for (const stream of ['', ' >&2']) {
      const file = program('flood', `exec yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa${stream}\n`)
      const result = await runProcess(file, [], settings())
      expect(result).toMatchObject({ code: undefined, stopped: 'too-much-output' })
      expect(result.stdout.length).toBeLessThanOrEqual(1024 * 1024)
    }
  })

  test('one that something else kills', async () => {
    expect(await runProcess(program('killed', 'kill -9 $$\n'), [], settings())).toMatchObject({
      code: undefined,
      stopped: 'killed',
    })
  })

  test('one that is not there', async () => {
    expect(await runProcess(path.join(folder, 'none'), [], settings())).toMatchObject({
      code: undefined,
      stopped: 'not-started',
    })
  })
})
