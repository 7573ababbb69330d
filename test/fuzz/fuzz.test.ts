import { describe, expect, test } from 'vitest'
import { randomFrom } from '../differential/random.ts'
import { mutate } from './mutate.ts'
import { fuzz } from './run-fuzz.ts'
import { TARGETS } from './targets.ts'

describe('mutants', () => {
  test('of every language, and of answers: nothing throws, takes long or tells what nobody said', async () => {
    const result = await fuzz({ random: randomFrom(7), count: 600, answers: 80, milliseconds: 120_000 })
    expect(result.failures).toEqual([])
    expect(result.ended).toBe('all')
    expect(Object.keys(result.done).sort()).toEqual(TARGETS.map(({ name }) => name).sort())
    expect(result.answers).toBeGreaterThanOrEqual(80)
  }, 180_000)

  test('are the same for the same seed, and most of them are no longer what they were', () => {
    const text = 'path "kv/data/*" { capabilities = ["read"] }\n'.repeat(5)
    const of = (seed: number) => {
      const random = randomFrom(seed)
      return Array.from({ length: 200 }, () => mutate(random, text, [text, 'another']))
    }
    expect(of(1)).toEqual(of(1))
    expect(of(1)).not.toEqual(of(2))
    expect(new Set(of(1)).size).toBeGreaterThan(150)
    expect(of(1).filter((mutant) => mutant === text).length).toBeLessThan(40)
  })

  test('that throw, or take long, are failures', async () => {
    const [first] = TARGETS
    if (first === undefined) throw new Error('no target')
    const targets = [
      { ...first, name: 'throws', run: () => Promise.reject(new TypeError('x is undefined')) },
      {
        ...first,
        name: 'hangs',
        run: () => {
          const before = process.cpuUsage()
          while (process.cpuUsage(before).user < 120_000);
        },
      },
    ]
    const { failures } = await fuzz({
      random: randomFrom(1),
      count: 4,
      answers: 0,
      milliseconds: 60_000,
      targets,
      longest: 100,
    })
    expect(failures.length).toBe(4)
    expect(new Set(failures.map(({ why }) => why.replace(/\d+/, 'n').slice(0, 24)))).toEqual(
      new Set(['TypeError: x is undefined', 'took n ms of processor time'].map((why) => why.slice(0, 24))),
    )
  })
})
