import { describe, expect, test } from 'vitest'
import { createPool } from '../../src/model/pool.ts'

describe('a pool', () => {
  test('runs no more at once than it has places, and as many as it can', async () => {
    const pool = createPool(3)
    let running = 0
    let most = 0
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        pool(async () => {
          most = Math.max(most, ++running)
          for (let turn = 0; turn <= index % 4; turn++) await Promise.resolve()
          running--
          return index
        }),
      ),
    )
    expect(most).toBe(3)
    expect(results).toEqual(Array.from({ length: 20 }, (_, index) => index))
  })

  test('starts in the order in which it was asked, and goes on after a failure', async () => {
    const pool = createPool(1)
    const started: number[] = []
    const task = (index: number) =>
      pool(async () => {
        started.push(index)
        if (index === 1) throw new Error('no')
        return index
      })
    const settled = await Promise.allSettled([0, 1, 2].map(task))
    expect(started).toEqual([0, 1, 2])
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await task(3)).toBe(3)
  })
})
