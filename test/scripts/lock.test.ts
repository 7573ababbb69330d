import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { lock } from '../../scripts/lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'eso-vault-lock-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the lock for processes side by side', () => {
  test('is one holder at a time, and leaves nothing behind', async () => {
    const path = join(folder, 'a')
    let holders = 0
    let most = 0
    const hold = async () => {
      const unlock = await lock(path)
      most = Math.max(most, ++holders)
      await new Promise((resolve) => setTimeout(resolve, 20))
      holders -= 1
      await unlock()
    }
    await Promise.all([hold(), hold(), hold()])
    expect(most).toBe(1)
    expect(readdirSync(folder)).toEqual([])
  })

  test.each([
    ['that ended', String(spawnSync(process.execPath, ['-e', '0']).pid)],
    ['that wrote no id', ''],
  ])('of a holder %s is taken over', async (_, holder) => {
    const path = join(folder, 'b')
    writeFileSync(path, holder)
    const unlock = await lock(path)
    await unlock()
    expect(readdirSync(folder)).toEqual([])
  })
})
