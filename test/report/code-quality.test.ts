import { describe, expect, it } from 'vitest'
import { codeQualityText } from '../../src/report/code-quality.ts'
import { finding, report, span } from './sample.ts'

describe('GitLab’s Code Quality report', () => {
  it('has each finding with what GitLab asks of an entry', () => {
    const text = codeQualityText(
      report({
        findings: [
          finding({ fix: 'Write it.' }),
          finding({ rule: 'policy-excess', severity: 'warning', span: span('eso.hcl', 3), fingerprint: 'b' }),
          finding({ severity: 'note', fingerprint: 'c' }),
        ],
      }),
    )
    expect(JSON.parse(text)).toEqual([
      {
        description: 'There is no secret.\nWrite it.',
        check_name: 'secret-absent',
        fingerprint: 'secret-absent|db',
        severity: 'major',
        location: { path: 'apps/db.yaml', lines: { begin: 14 } },
      },
      expect.objectContaining({ severity: 'minor', location: { path: 'eso.hcl', lines: { begin: 3 } } }),
      expect.objectContaining({ severity: 'info' }),
    ])
  })

  it('gives two places of one finding two fingerprints: GitLab shows one of each', () => {
    const entries = JSON.parse(codeQualityText(report({ findings: [finding(), finding(), finding()] })))
    expect(new Set(entries.map((entry: { fingerprint: string }) => entry.fingerprint)).size).toBe(3)
  })

  it('is an empty list where nothing is wrong', () => {
    expect(codeQualityText(report())).toBe('[]\n')
  })
})
