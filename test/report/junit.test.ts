import { describe, expect, it } from 'vitest'
import { junitText } from '../../src/report/junit.ts'
import { finding, reference, report, span } from './sample.ts'

describe('JUnit', () => {
  const works = reference()
  const at = works.reference.span
  const broken = { ...reference(), standing: { is: 'broken', accepted: false, by: ['secret-absent|db'] } } as const
  const unchecked = { ...reference(), standing: { is: 'not-checked', reason: { code: 'key-missing' } } } as const
  const other = { ...reference(), standing: { is: 'other-provider', provider: 'aws' } } as const

  it('counts each reference once: passed, failed or skipped with its reason', () => {
    const text = junitText(
      report({
        references: [works, broken, unchecked, other],
        findings: [finding({ span: at, message: 'a < b & "c"' })],
      }),
    )
    expect(text).toContain('tests="3" failures="1" skipped="1"')
    expect(text).toContain('message="a &lt; b &amp; &quot;c&quot;"')
    expect(text.match(/<testcase /g)).toHaveLength(3)
    expect(text).toMatch(/<skipped message="[^"]+"\/>/)
  })

  it('finds what breaks a reference wherever it is written, with its fix to paste', () => {
    const cause = finding({
      span: span('vault/eso.hcl', 3),
      fix: { lead: 'add to policy `eso`', kind: 'insert', language: 'hcl', text: 'path "a" {}' },
    })
    const text = junitText(report({ references: [broken], findings: [cause] }))
    expect(text).toContain('tests="1" failures="1" skipped="0"')
    expect(text).toContain('vault/eso.hcl:3')
    expect(text).toContain('Add to policy `eso`:&#10;path &quot;a&quot; {}')
    expect(text).not.toContain('[object')
  })

  it('skips what only a warning breaks, and fails what a limit left out', () => {
    const warned = junitText(report({ references: [broken], findings: [finding({ severity: 'warning' })] }))
    expect(warned).toContain('tests="1" failures="0" skipped="1"')
    const unsaid = { ...broken, standing: { ...broken.standing, by: [] } }
    expect(junitText(report({ references: [unsaid] }))).toContain('tests="1" failures="1" skipped="0"')
  })

  it('tells errors about something else, and files that were not read', () => {
    const text = junitText(
      report({
        findings: [finding({ rule: 'policy-invalid', span: span('eso.hcl', 2) }), finding({ severity: 'warning' })],
        notChecked: [{ file: 'a.yaml', line: 1, what: 'a.yaml', reason: { code: 'key-missing' } }],
      }),
    )
    expect(text).toContain('tests="2" failures="1" skipped="1"')
    expect(text).toContain('<testcase name="policy-invalid" classname="eso.hcl"')
  })

  it('holds no character that XML cannot', () => {
    const text = junitText(
      report({ findings: [finding({ span: span('a.yaml', 1), message: 'x\u0000\u001b[31m\ud800y\u2028' })] }),
    )
    expect(text).toContain('message="x[31my\u2028"')
  })
})
