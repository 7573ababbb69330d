import * as core from '@actions/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type AnnotationSink, annotate, annotationsOf } from '../../src/report/annotations.ts'
import { finding, HOSTILE, report, span } from './sample.ts'

function sink() {
  const calls: [kind: string, message: string][] = []
  const take = (kind: string) => (message: string) => void calls.push([kind, message])
  const out: AnnotationSink = {
    error: take('error'),
    warning: take('warning'),
    notice: take('notice'),
    info: take('info'),
  }
  return { calls, out }
}

describe('annotations (platform.md §1.2)', () => {
  it('carry file, line and columns, the headline, one sentence and the fix on one line', () => {
    const rule = 'path "kv/data/db" {\n  capabilities = ["read"]\n}'
    const given = finding({
      headline: 'Policy `eso` does not let ESO read `kv/db`',
      chain: [{ of: 'policy', name: 'eso', is: 'broken', says: 'no rule covers it' }],
      fix: { lead: 'add to policy `eso`', kind: 'insert', language: 'hcl', text: rule },
    })
    const { annotations, closing } = annotationsOf(report({ findings: [given] }))
    expect(annotations).toEqual([
      {
        kind: 'error',
        message: 'No rule covers it.\nFix: path "kv/data/db" { capabilities = ["read"] }',
        properties: {
          title: 'Policy eso does not let ESO read kv/db',
          file: 'apps/db.yaml',
          startLine: 14,
          endLine: 14,
          startColumn: 14,
          endColumn: 28,
        },
      },
    ])
    expect(closing).toBeUndefined()
  })

  it('leave columns out over several lines: GitHub ignores the annotation’s columns then', () => {
    const { annotations } = annotationsOf(report({ findings: [finding({ span: span('a', 1, 5, 3, 4) })] }))
    expect(annotations[0]?.properties).toEqual({ title: 'There is no secret', file: 'a', startLine: 1, endLine: 4 })
  })

  it('are the author’s own lines and the line of the cause before the other places', () => {
    const places = Array.from({ length: 14 }, (_, i) =>
      finding({ cause: 'one', age: i === 13 ? 'own' : 'broken', span: span('a.yaml', i + 1) }),
    )
    const { annotations } = annotationsOf(report({ findings: [...places, finding({ span: span('z.yaml', 1) })] }))
    expect(annotations).toHaveLength(10)
    expect(annotations.slice(0, 2).map(({ properties: { file, startLine } }) => `${file}:${startLine}`)).toEqual([
      'a.yaml:14',
      'z.yaml:1',
    ])
    expect(annotations[2]?.message).toBe('Same cause as a.yaml:14.')
  })

  it('show ten of a kind, no notes, and count the others in one line', () => {
    const findings = [
      ...Array.from({ length: 13 }, (_, i) => finding({ span: span('z.yaml', 100 - i) })),
      ...Array.from({ length: 11 }, (_, i) => finding({ severity: 'note', span: span('a.yaml', i + 1) })),
      finding({ severity: 'warning' }),
    ]
    const { calls, out } = sink()
    annotate(report({ findings }), out)
    expect(calls.map(([kind]) => kind)).toEqual([...Array(10).fill('error'), 'warning', 'info'])
    expect(calls.at(-1)?.[1]).toBe("10 of 13 errors are annotated (GitHub's limit). All are in the job summary.")
  })

  it('are a notice for each cause of what was not checked', () => {
    const reason = { code: 'role-not-in-git', role: 'eso-x', authMount: 'kubernetes' } as const
    const notChecked = [1, 2].map((line) => ({ file: 'a.yaml', line, what: 'x', reason, reference: true as const }))
    const { annotations } = annotationsOf(report({ notChecked }))
    expect(annotations).toMatchObject([
      {
        kind: 'notice',
        properties: { title: '2 references not checked: role eso-x is not in Git', file: 'a.yaml', startLine: 1 },
      },
    ])
    expect(annotations[0]?.message).toMatch(/^Fix: /)
  })

  it('leave places free for the caller', () => {
    const findings = Array.from({ length: 10 }, () => finding())
    const { annotations, closing } = annotationsOf(report({ findings }), { reserved: { error: 1 } })
    expect(annotations).toHaveLength(9)
    expect(closing).toContain('9 of 10 errors')
  })

  it('hold lines of at most 200 characters', () => {
    const { annotations } = annotationsOf(
      report({ findings: [finding({ why: 'x'.repeat(9000), fix: { lead: 'y'.repeat(900), kind: 'advice' } })] }),
    )
    expect(annotations[0]?.message.split('\n').map((line) => line.length)).toEqual([200, 200])
  })
})

describe('through @actions/core', () => {
  afterEach(() => void vi.restoreAllMocks())

  it.each(HOSTILE)('a hostile text stays one command: %j', (text) => {
    const written: string[] = []
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      written.push(String(chunk))
      return true
    })
    annotate(report({ findings: [finding({ rule: text, message: text, fix: text, span: span(text, 1) })] }), core)
    const lines = written.join('').trimEnd().split(/\r?\n/)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^::error title=[^,:\r]*,file=[^,:\r]*,line=1,endLine=1,col=1,endColumn=1::/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
    expect(lines[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]/)
  })
})
