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
  it('carry file, line and columns; the last column is counted in', () => {
    const { annotations, closing } = annotationsOf(
      report({ findings: [finding({ fix: 'Seed it.', related: [{ span: span('a.hcl', 3), message: 'the rule' }] })] }),
    )
    expect(annotations).toEqual([
      {
        kind: 'error',
        message: 'There is no secret.\na.hcl:3: the rule\nFix: Seed it',
        properties: {
          title: 'secret-absent',
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
    expect(annotations[0]?.properties).toEqual({ title: 'secret-absent', file: 'a', startLine: 1, endLine: 4 })
  })

  it('show ten of a kind, worst and first, and count the others in one line', () => {
    const findings = [
      ...Array.from({ length: 13 }, (_, i) => finding({ span: span('z.yaml', 100 - i), message: `e${100 - i}` })),
      ...Array.from({ length: 11 }, (_, i) => finding({ severity: 'note', span: span('a.yaml', i + 1) })),
      finding({ severity: 'warning' }),
    ]
    const { calls, out } = sink()
    annotate(report({ findings }), out)
    expect(calls.map(([kind]) => kind)).toEqual([
      ...Array(10).fill('error'),
      'warning',
      ...Array(10).fill('notice'),
      'info',
    ])
    expect(calls[0]?.[1]).toBe('e88')
    expect(calls.at(-1)?.[1]).toBe(
      'Annotated 10 of 13 errors, 10 of 11 notes: GitHub shows no more for one step. The job summary lists them all.',
    )
  })

  it('leave places free for the caller', () => {
    const findings = Array.from({ length: 10 }, () => finding())
    const { annotations, closing } = annotationsOf(report({ findings }), { reserved: { error: 1 } })
    expect(annotations).toHaveLength(9)
    expect(closing).toContain('9 of 10 errors')
  })

  it('hold at most 4096 characters, and five related places', () => {
    const related = Array.from({ length: 40 }, (_, i) => ({ span: span('b.yaml', i + 1), message: 'denied as well' }))
    const { annotations } = annotationsOf(
      report({ findings: [finding({ message: 'x'.repeat(9000) }), finding({ related })] }),
    )
    expect(annotations[0]?.message).toHaveLength(4096)
    expect(annotations[1]?.message.split('\n')).toHaveLength(7)
    expect(annotations[1]?.message).toMatch(/and 35 more places$/)
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
