import { describe, expect, it } from 'vitest'
import { secretKeys } from '../../../src/eso/template/secret-keys.ts'
import type { SubKeys } from '../../../src/model/vault-state.ts'
import { yamlManifest } from '../yaml-manifest.ts'
import { readVectors, subKeysOf, Tally } from './read-vectors.ts'

interface Row {
  readonly spec: object
  readonly data: { readonly [key: string]: unknown }
  readonly keys: readonly string[] | null
  readonly error: string | null
}

/** What nobody can tell without the values: whether a text holds JSON, and what is in it. */
const BY_VALUE = /merge failed with (?:failed to unmarshal JSON|key ".*" not found|conflicts|missing 'into')/

describe('700 ExternalSecrets and the keys of their Secrets (eso.md §8)', () => {
  it('gives the keys exactly, says what ESO refuses in its words, and leaves open only what values decide', () => {
    const tally = new Tally()
    const wrong: string[] = []
    for (const row of readVectors<Row>('eso-secret-keys')) {
      const { spec, data, keys, error } = row
      const manifest = yamlManifest(
        JSON.stringify({
          apiVersion: 'external-secrets.io/v1',
          kind: 'ExternalSecret',
          metadata: { name: 'app', namespace: 'apps' },
          spec,
        }),
      )
      const found = secretKeys(manifest, { extract: () => subKeysOf(data) as SubKeys })
      const [failure] = found.failures ?? []
      const show = `${JSON.stringify(row)}\n  ${[...found.known].join(', ')} ${failure?.text ?? ''}`
      if (failure !== undefined) {
        tally.add(error === null ? 'keys' : 'refused', 'refused')
        // ESO names any of the keys that it refuses, in the random order of a Go map.
        const start = failure.text.replace(/(key has invalid character|collision during conversion:).*/s, '$1')
        if (error === null || !(error.includes(start) || BY_VALUE.test(error))) wrong.push(show)
      } else if (found.open) {
        tally.add(error === null ? 'keys' : 'refused', 'open: a value decides')
        if (
          !JSON.stringify(spec).includes('"merge"') ||
          (keys !== null && ![...found.known].every((key) => keys.includes(key)))
        )
          wrong.push(show)
      } else {
        tally.add(error === null ? 'keys' : 'refused', 'keys')
        if (
          error !== null
            ? !BY_VALUE.test(error)
            : [...found.known].sort().join('\n') !== [...(keys ?? [])].sort().join('\n')
        )
          wrong.push(show)
      }
    }
    tally.print('keys of the Secret')
    expect(wrong).toEqual([])
    expect(tally.count('refused', 'refused')).toBeGreaterThanOrEqual(267)
    expect(tally.count('keys', 'keys')).toBeGreaterThanOrEqual(367)
  })
})
