import { expect, test } from 'vitest'
import { workThrough } from '../../../src/gitops/build/queue.ts'

const MORE: Readonly<Record<string, readonly string[]>> = { slow: ['a', 'both'], fast: ['both', 'b'] }

test('what is found is taken in the order in which it was found, whoever ends first', async () => {
  const taken: string[] = []
  let running = 0
  let most = 0
  const fastEnded = Promise.withResolvers<void>()
  await workThrough(['slow', 'fast'], 2, {
    work: async (item) => {
      running += 1
      most = Math.max(most, running)
      if (item === 'slow') await fastEnded.promise
      running -= 1
      if (item === 'fast') fastEnded.resolve()
      return item
    },
    take: (item) => {
      taken.push(item)
      return (MORE[item] ?? []).filter((one) => !taken.includes(one))
    },
  })
  expect(taken).toEqual(['slow', 'fast', 'a', 'both', 'both', 'b'])
  expect(most).toBe(2)
})

test('a failure is told when nothing of it runs any more', async () => {
  let running = 0
  const failed = Promise.withResolvers<void>()
  const work = async (item: string) => {
    running += 1
    if (item !== 'bad') await failed.promise
    running -= 1
    // The other one goes on after the failure.
    setImmediate(failed.resolve)
    if (item === 'bad') throw new Error('broken')
    return item
  }
  await expect(workThrough(['bad', 'other', 'bad'], 3, { work, take: () => [] })).rejects.toThrow('broken')
  expect(running).toBe(0)
})
