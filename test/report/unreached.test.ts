import { describe, expect, it } from 'vitest'
import { jsonReport } from '../../src/report/json.ts'
import type { JudgedReference } from '../../src/report/report.ts'
import { summaryOf } from '../../src/report/summary.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { reference, report } from './sample.ts'

function of(parts: { readonly form?: 'plain' | 'rendered'; readonly applied?: boolean }): JudgedReference {
  const judged = reference()
  const { manifest } = judged.reference
  const origin = {
    ...manifest.origin,
    form: parts.form ?? 'plain',
    appliedBy: parts.applied === false ? [] : manifest.origin.appliedBy,
  }
  return { ...judged, reference: { ...judged.reference, manifest: { ...manifest, origin } } }
}

const shown = (references: readonly JudgedReference[]) => {
  const made = report({ references })
  const terminal = terminalReport(made, () => undefined, { color: false, width: 400 })
  return { made, terminal, summary: summaryOf(made) }
}

describe('what no root reaches is read plain, and marked so', () => {
  it('is counted in the terminal and the summary, and marked at the reference', () => {
    const { made, terminal, summary } = shown([of({}), of({ applied: false }), of({ form: 'rendered' })])
    for (const text of [terminal, summary])
      expect(text).toContain(
        '1 of 3 references is in a manifest that no Flux Kustomization, Argo CD Application or kustomization reaches',
      )
    expect(summary.match(/nothing in Git applies it/g)).toHaveLength(1)
    expect(jsonReport(made).references.map(({ appliedBy, form }) => [form, appliedBy.length])).toEqual([
      ['plain', 1],
      ['plain', 0],
      ['rendered', 1],
    ])
  })

  it('says nothing where everything is reached, or nothing is (plain manifests without GitOps)', () => {
    for (const references of [
      [of({}), of({})],
      [of({ applied: false }), of({ applied: false })],
    ]) {
      const { terminal, summary } = shown(references)
      expect(terminal).not.toContain('read as written')
      expect(summary).not.toMatch(/read as written|nothing in Git applies/)
    }
  })

  it('finished manifests of "rendered" are reached by what rendered them', () => {
    const { terminal } = shown([of({}), of({ form: 'rendered', applied: false })])
    expect(terminal).not.toContain('read as written')
  })
})
