import { expect, it } from 'vitest'
import { validateManifest } from '../../../src/eso/schema/validate.ts'
import { yamlManifest } from '../yaml-manifest.ts'
import { readVectors, Tally } from './read-vectors.ts'

interface Row {
  readonly object: { readonly kind: string }
  readonly error: string | null
}

it("answers 1,250 objects as ESO's webhooks do, word for word (eso.md §8)", () => {
  const tally = new Tally()
  const wrong: string[] = []
  for (const { object, error } of readVectors<Row>('eso-webhooks')) {
    const problems = validateManifest(yamlManifest(JSON.stringify(object)))
    const texts = problems.flatMap(({ effect, text }) => (effect === 'denied' ? [text ?? ''] : []))
    const answers = error === null ? [] : error.split('\n')
    // For an ExternalSecret every fault is answered; for a store the first one, and all are told.
    const same =
      object.kind === 'ExternalSecret'
        ? [...texts].sort().join('\n') === [...answers].sort().join('\n')
        : answers.every((answer) => texts.includes(answer)) && (answers.length > 0 || texts.length === 0)
    tally.add(object.kind, `${error === null ? 'taken' : 'refused'}${same ? '' : ' WRONG'}`)
    if (!same) wrong.push(`${JSON.stringify(object)}\n  ${error}\n  ${texts.join('\n  ')}`)
  }
  tally.print('webhooks')
  expect(wrong).toEqual([])
  expect(tally.count('refused')).toBe(818)
  expect(tally.count('taken')).toBe(432)
})
