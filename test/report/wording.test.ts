import { describe, expect, it } from 'vitest'
import { byReason, splitFix } from '../../src/report/wording.ts'

describe('a fix', () => {
  it.each([
    ['Seed it.', { lead: 'Seed it.', paste: [] }],
    ['seed it', { lead: 'seed it', paste: [] }],
    ['Add:\npath "a" {\n}\n', { lead: 'Add:', paste: ['path "a" {', '}'] }],
    ['extract:\n  key: a', { lead: 'Write:', paste: ['extract:', '  key: a'] }],
    ['path "a" {\r\n}', { lead: 'Write:', paste: ['path "a" {', '}'] }],
  ])('%j', (fix, expected) => {
    expect(splitFix(fix)).toEqual(expected)
  })
})

it('what was not checked is gathered by reason, most frequent first', () => {
  const item = (says: string, line: number) => ({
    file: 'a',
    line,
    what: 'b',
    reason: { code: 'server-hides', says } as const,
  })
  expect(byReason([item('x', 1), item('y', 2), item('y', 3)])).toEqual([
    { reason: 'y', items: [item('y', 2), item('y', 3)] },
    { reason: 'x', items: [item('x', 1)] },
  ])
})
