import { describe, expect, it } from 'vitest'
import { byReason, fixLine, fixText } from '../../src/report/wording.ts'

describe('a fix', () => {
  const rule = 'path "a" {\n  capabilities = ["read"]\n}'
  it('is one text, or one line', () => {
    const fix = { lead: 'add to policy `eso`', kind: 'insert', language: 'hcl', text: rule } as const
    expect(fixText(fix)).toBe(`Add to policy \`eso\`:\n${rule}`)
    expect(fixLine(fix)).toBe('path "a" { capabilities = ["read"] }')
    expect(fixText({ ...fix, note: 'Role `x` has it too.', or: { lead: 'allow less', kind: 'advice' } })).toBe(
      `Add to policy \`eso\`:\n${rule}\nRole \`x\` has it too.\nOr allow less.`,
    )
  })
  it('that is a command is one line without its line breaks', () => {
    const text = 'bao kv put -mount=kv a \\\n  k=@k.txt'
    expect(fixLine({ lead: 'write it', kind: 'command', text })).toBe('bao kv put -mount=kv a k=@k.txt')
  })
  it('that is advice has nothing to paste', () => {
    expect(fixText({ lead: 'seed it', kind: 'advice' })).toBe('Seed it.')
    expect(fixLine({ lead: 'seed it', kind: 'advice' })).toBe('seed it')
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
