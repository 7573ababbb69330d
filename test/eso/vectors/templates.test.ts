import { describe, expect, it } from 'vitest'
import { templateReads } from '../../../src/eso/template/read-templates.ts'
import { missingTemplateKeys, secretKeys } from '../../../src/eso/template/secret-keys.ts'
import { yamlManifest } from '../yaml-manifest.ts'
import { readVectors, Tally } from './read-vectors.ts'

interface Row {
  readonly template: string
  readonly data: Readonly<Record<string, string>>
  readonly error: string | null
}

/** What Go says, without the places and without what the data holds: one kind of failure. */
function kindOf(error: string): string {
  return error
    .replace(/^(?:unable to (?:parse|execute) template at key out: )+/, '')
    .replace(/template: out:\d+(?::\d+)?: /, '')
    .replace(/executing "[^"]*" at <.*?>: /s, '')
    .replace(/"[^"]*"|'[^']*'/g, '…')
    .replace(/can't iterate over .*/s, "can't iterate over …")
    .replace(/error calling fail: .*/s, 'error calling fail: …')
    .slice(0, 70)
}

/**
 * Why a template that fails may pass in silence here. `variable`: `${VAR}` in an action, which something fills in before Go sees
 * it. `value`: only the values of the Secret make it fail.
 */
function reasonFor({ template, error }: Row): 'variable' | 'value' | undefined {
  if (/\{\{[^}]*\$\{[^}]*\}/.test(template)) return 'variable'
  return /fromJson|fromYaml/.test(template) && /interface \{\}|nil pointer|invalid value/.test(error ?? '')
    ? 'value'
    : undefined
}

describe('5,500 templates and what ESO makes of them (eso.md §8)', () => {
  it('never refuses what works, and misses less than one in a hundred of those that fail, each for a reason', () => {
    const tally = new Tally()
    const falseAlarms: string[] = []
    const unexplained: string[] = []
    const reasons = new Tally()
    for (const row of readVectors<Row>('eso-templates')) {
      const manifest = yamlManifest(
        JSON.stringify({
          apiVersion: 'external-secrets.io/v1',
          kind: 'ExternalSecret',
          metadata: { name: 'app', namespace: 'apps' },
          spec: {
            target: { template: { data: { out: row.template } } },
            data: Object.keys(row.data).map((key) => ({ secretKey: key, remoteRef: { key: 'k', property: key } })),
          },
        }),
      )
      // What a kustomization applies is no chart's template.
      const applied = { kind: 'kustomization', name: 'apps', span: manifest.span } as const
      const read = templateReads({ ...manifest, origin: { ...manifest.origin, appliedBy: [applied] } })
      const missing = missingTemplateKeys(read.reads, secretKeys(manifest)).filter(
        (one) => one.read.onMissing === 'fails',
      )
      const severities = [
        // ESO 2.9.0 was run: a function that it lacks is no question of the release.
        ...read.invalid.map(({ severity, unknownFunction }) => (unknownFunction === undefined ? severity : 'error')),
        ...missing.map(({ read: { guarded } }) => (guarded ? 'warning' : 'error')),
      ]
      const said = severities.includes('error') ? 'error' : severities.length > 0 ? 'warning' : 'nothing'
      tally.add(row.error === null ? '(works)' : kindOf(row.error), said)
      if (row.error === null) {
        if (said === 'error')
          falseAlarms.push(`${row.template}: ${read.invalid.map(({ message }) => message).join(' ')}`)
      } else if (said === 'nothing') {
        const reason = reasonFor(row)
        if (reason === undefined) unexplained.push(`${row.template}\n  ${row.error}`)
        else reasons.add(reason, 'missed')
      }
    }
    tally.print('templates, by what Go says')
    reasons.print('templates that fail and pass in silence')
    expect(falseAlarms).toEqual([])
    expect(unexplained).toEqual([])
    const failing =
      5500 - tally.count('error', '(works)') - tally.count('warning', '(works)') - tally.count('nothing', '(works)')
    const missed = tally.count('nothing') - tally.count('nothing', '(works)')
    expect(missed / failing).toBeLessThan(0.01)
    // Where values decide which way a template goes, a warning is what can be said.
    expect((tally.count('warning') - tally.count('warning', '(works)')) / failing).toBeLessThan(0.02)
  })
})
