import { describe, expect, it } from 'vitest'
import type { SnapshotFile } from '../../../src/state/snapshot/snapshot-file.ts'
import { snapshotJsonSchema } from '../../../src/state/snapshot/snapshot-shape.ts'
import { parseSnapshot, snapshotText } from '../../../src/state/snapshot/snapshot-text.ts'
import { accepts } from '../../settings/json-schema.ts'
import { MADE, snapshot } from './sample.ts'

const wrong = (text: string) => {
  const parsed = parseSnapshot(text)
  return 'wrong' in parsed ? parsed.wrong : undefined
}
// biome-ignore lint/suspicious/noExplicitAny: a file of any shape is made
type Any = any
const changed = (change: (file: Any) => void): string => {
  const file: Any = JSON.parse(snapshotText(snapshot()))
  change(file)
  return JSON.stringify(file)
}

describe('the file', () => {
  it('is read as it was written', () => {
    expect(parseSnapshot(snapshotText(snapshot()))).toEqual({ file: JSON.parse(JSON.stringify(snapshot())) })
  })

  it('is byte-equal whatever the order that a server answers in, but for its time', () => {
    const { secrets, ...rest } = snapshot()
    const turned = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([name, item]) => [name, turned(item)]),
          )
        : value
    const text = snapshotText(snapshot())
    expect(snapshotText({ secrets, ...rest })).toBe(text)
    expect(snapshotText(turned(snapshot()) as SnapshotFile)).toBe(text)
    const later = snapshotText(snapshot({ made: '2026-11-28T03:10:00Z' }))
    expect(later).not.toBe(text)
    expect(later.replace('2026-11-28', '2026-11-27')).toBe(text)
  })

  it('shows a change of one secret as a change of one line', () => {
    const file = snapshot()
    const shop = file.secrets['']?.kv?.shop as SnapshotFile['secrets'][string][string][string]
    const other = snapshot({
      secrets: {
        ...file.secrets,
        '': {
          ...file.secrets[''],
          kv: { ...file.secrets['']?.kv, shop: { ...shop, secrets: { ...shop.secrets, gone: { version: 3 } } } },
        },
      },
    })
    const [one, two] = [file, other].map((each) => snapshotText(each).split('\n'))
    expect(one?.filter((line) => !two?.includes(line))).toHaveLength(1)
  })

  it('keeps names that every object has', () => {
    const text = snapshotText(
      snapshot({
        policies: { '': { complete: true, of: JSON.parse('{"__proto__":{"text":"a"},"constructor":{"text":"b"}}') } },
      }),
    )
    const parsed = parseSnapshot(text)
    expect('file' in parsed && Object.keys(parsed.file.policies['']?.of ?? {})).toEqual(['__proto__', 'constructor'])
  })
})

describe('a file of somebody else’s', () => {
  it.each([
    ['', 'The file is no JSON.'],
    ['[]', 'The file must be a map, not a list.'],
    ['{}', 'The file lacks "version".'],
    [changed((file) => Object.assign(file, { version: 2 })), 'version must be 1, not another number.'],
    [
      changed((file) => Object.assign(file, { made: 'yesterday' })),
      '`made` must be a time such as 2026-11-27T03:10:00Z.',
    ],
    [changed((file) => Object.assign(file, { names: 'hashed' })), '`salt` is missing, and `names` is "hashed".'],
    [
      changed((file) => Object.assign(file, { scope: 'some' })),
      'scope must be "referenced" or "folders" or "all", not another string.',
    ],
    [
      changed((file) => Object.assign(file.mounts[''].of, { kv: { type: 'kv', version: 3 } })),
      'mounts[""].of.kv.version must be 1 or 2, not another number.',
    ],
    [
      changed((file) => Object.assign(file.secrets[''].kv.shop.secrets.db, { keys: { user: 'hunter2' } })),
      'secrets[""].kv.shop.secrets.db.keys.user must be a map of key names, not another string.',
    ],
    [
      changed((file) => Object.assign(file.secrets[''].kv, { 'a b\u001b[31m': {} })),
      'secrets[""].kv["a b\\u001b[31m"] lacks "complete".',
    ],
  ])('is refused with the place of what is wrong, and no value of it: %#', (text, expected) => {
    expect(wrong(text)).toBe(expected)
  })

  it('may have fields that a later program adds', () => {
    expect(wrong(changed((file) => Object.assign(file, { later: { any: 'thing' } })))).toBeUndefined()
  })

  it('nested deeply is refused, in whatever part, and read by nobody', () => {
    const deep = (levels: number, leaf: string) => '{"a":'.repeat(levels) + leaf + '}'.repeat(levels)
    const text = snapshotText(snapshot())
    for (const levels of [600, 200_000])
      expect(wrong(text.replace('"user": null', `"user": ${deep(levels, 'null')}`))).toContain('deeper than')
    expect(wrong(text.replace('"user": null', `"user": ${deep(400, 'null')}`))).toBeUndefined()
  })
})

describe('the published schema of the file', () => {
  it('is what the code says (npx vitest run test/state/snapshot -u writes it)', async () => {
    await expect(`${JSON.stringify(snapshotJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
      '../../../docs/snapshot-schema.json',
    )
  })

  it('accepts what is written, and refuses what the code refuses', () => {
    expect(MADE).toBe(snapshot().made)
    const schema = snapshotJsonSchema()
    expect(accepts(schema, JSON.parse(snapshotText(snapshot())))).toBe(true)
    for (const change of [
      (file: Any) => Object.assign(file, { scope: 'some' }),
      (file: Any) => Object.assign(file.mounts[''].of, { kv: { type: 'kv', version: 3 } }),
      (file: Any) => Object.assign(file.secrets[''].kv.shop, { folders: 'x' }),
    ])
      expect(accepts(schema, JSON.parse(changed(change)))).toBe(false)
  })
})
