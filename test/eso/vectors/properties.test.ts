import { describe, expect, it } from 'vitest'
import { extractKeys } from '../../../src/eso/property/extract-keys.ts'
import { propertyPresence } from '../../../src/eso/property/property-presence.ts'
import { readVectors, subKeysOf, Tally } from './read-vectors.ts'

interface Row {
  readonly data: { readonly [key: string]: unknown }
  readonly op: 'get' | 'getmap' | 'exists'
  readonly property: string
  readonly error: string | null
  readonly keys?: readonly string[]
  readonly exists?: boolean
}

const rows = readVectors<Row>('eso-properties')
const show = ({ op, property, data, error }: Row) => `${op} ${property} of ${JSON.stringify(data)}: ${error ?? 'fine'}`

/** ESO looked at an array, or at what a text holds: an index, a count or a query below a value, or a pipe into one. */
const ASKS_A_VALUE = /[|#@*?]|(?:^|\.)\d+(?:$|[.|])|\.[[{]/

describe('14,400 answers of ESO about properties, on key names alone (eso.md §8)', () => {
  it('says present and absent only where it is so, and unknown only where a value decides', () => {
    const tally = new Tally()
    const wrong: string[] = []
    const needless: string[] = []
    for (const row of rows) {
      if (row.op === 'getmap') continue
      const { presence } = propertyPresence(subKeysOf(row.data) ?? {}, row.property)
      const found = row.op === 'exists' ? row.exists === true : row.error === null
      tally.add(row.op, `${found ? 'found' : 'not found'}: ${presence}`)
      // A null counts as absent for IfNotExists; key names do not tell null from text (eso.md §3.7).
      const isNull =
        row.op === 'exists' && !found && presence === 'present' && JSON.stringify(row.data).includes('null')
      if (presence === 'unknown') {
        if (!ASKS_A_VALUE.test(row.property)) needless.push(show(row))
      } else if ((presence === 'present') !== found && !isNull) wrong.push(`${presence}, but ${show(row)}`)
    }
    tally.print('properties')
    expect(wrong).toEqual([])
    expect(needless).toEqual([])
    expect(tally.count('not found: unknown', 'get') + tally.count('found: unknown', 'get')).toBeLessThanOrEqual(448)
  })

  it('gives the keys of an extract exactly, or says that it cannot tell', () => {
    const tally = new Tally()
    const wrong: string[] = []
    for (const row of rows) {
      if (row.op !== 'getmap') continue
      const found = extractKeys(subKeysOf(row.data) ?? {}, row.property)
      const said = 'keys' in found ? 'keys' : 'unknown' in found ? 'unknown' : 'absent'
      const missing = row.error?.startsWith('cannot find secret data for key') === true
      tally.add('getmap', `${row.error === null ? 'keys' : missing ? 'absent' : 'fails'}: ${said}`)
      if ('keys' in found) {
        if (row.error !== null || [...found.keys].sort().join('\n') !== [...(row.keys ?? [])].sort().join('\n'))
          wrong.push(show(row))
      } else if ('absent' in found && !missing) wrong.push(show(row))
    }
    tally.print('extracts')
    expect(wrong).toEqual([])
  })
})
