import { describe, expect, it } from 'vitest'
import { apiVersionVerdict } from '../../../src/eso/schema/api-versions.ts'
import { parseVersionRange } from '../../../src/model/version-range.ts'

const V1 = 'external-secrets.io/v1'
const BETA = 'external-secrets.io/v1beta1'
const ALPHA = 'external-secrets.io/v1alpha1'
const GENERATORS = 'generators.external-secrets.io/v1alpha1'

describe('eso.md §1: API versions served', () => {
  const releases = ['0.9.13', 'v0.15.1', '0.16.0', '0.16.2', '0.17.0', '1.2.1', 'v2.9.0']
  const table: readonly [kind: string, apiVersion: string, served: readonly ('yes' | 'no')[]][] = [
    ['ExternalSecret', ALPHA, ['yes', 'yes', 'no', 'no', 'no', 'no', 'no']],
    ['ExternalSecret', BETA, ['yes', 'yes', 'yes', 'yes', 'no', 'no', 'no']],
    ['ExternalSecret', V1, ['no', 'no', 'yes', 'yes', 'yes', 'yes', 'yes']],
    ['ClusterExternalSecret', BETA, ['yes', 'yes', 'yes', 'yes', 'no', 'no', 'no']],
    ['SecretStore', V1, ['no', 'no', 'yes', 'yes', 'yes', 'yes', 'yes']],
    ['ClusterSecretStore', BETA, ['yes', 'yes', 'yes', 'yes', 'no', 'no', 'no']],
    ['PushSecret', ALPHA, ['yes', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes']],
    ['PushSecret', V1, ['no', 'no', 'no', 'no', 'no', 'no', 'no']],
    ['PushSecret', BETA, ['no', 'no', 'no', 'no', 'no', 'no', 'no']],
    ['ClusterPushSecret', ALPHA, ['no', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes']],
    ['VaultDynamicSecret', GENERATORS, ['yes', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes']],
    ['Password', GENERATORS, ['yes', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes']],
    ['Password', 'generators.external-secrets.io/v1', ['no', 'no', 'no', 'no', 'no', 'no', 'no']],
  ]
  const cases = table.flatMap(([kind, apiVersion, served]) =>
    releases.map((release, i) => [kind, apiVersion, release, served[i]] as const),
  )
  it.each(cases)('%s %s on %s: %s', (kind, apiVersion, release, served) => {
    expect(apiVersionVerdict(apiVersion, kind, release).served).toBe(served)
  })

  it('says what to write and what the cluster will answer', () => {
    const verdict = apiVersionVerdict(BETA, 'ExternalSecret', '1.2.1')
    expect(verdict.use).toBe(V1)
    expect(verdict.because).toBe('it was removed in ESO v0.17.0: applying it fails with "no matches for kind"')
    expect(apiVersionVerdict(V1, 'ExternalSecret', '0.15.0')).toMatchObject({ served: 'no', use: BETA })
    expect(apiVersionVerdict(V1, 'PushSecret', '1.2.1')).toMatchObject({ served: 'no', use: ALPHA })
    expect(apiVersionVerdict(BETA, 'SecretStore', '0.16.1')).toMatchObject({ served: 'yes', use: V1 })
  })

  it.each([
    [BETA, '>=1.0.0', 'no'],
    [BETA, '>=0.16.0', 'unknown'],
    [BETA, '~> 0.9', 'unknown'],
    [BETA, '~> 0.9.2', 'yes'],
    [BETA, '~0.9', 'yes'],
    [BETA, '1.2.x', 'no'],
    [BETA, '*', 'unknown'],
    [BETA, '0.x', 'unknown'],
    [BETA, '0.9.*', 'yes'],
    [BETA, '^0.16.0', 'yes'],
    [BETA, '0.16', 'yes'],
    [BETA, '>=0.17, <2', 'no'],
    [BETA, '0.9.0 || 0.10.0', 'yes'],
    [BETA, '0.9.0 || 1.0.0', 'unknown'],
    [BETA, '0.10.0 - 0.14.0', 'yes'],
    [BETA, 'main', 'unknown'],
    [BETA, '${ESO_VERSION}', 'unknown'],
    [BETA, undefined, 'unknown'],
    [V1, undefined, 'unknown'],
    [V1, '1.0.0-rc1', 'yes'],
    [ALPHA, undefined, 'unknown'],
  ] as const)('%s with the version "%s": %s', (apiVersion, version, served) => {
    expect(apiVersionVerdict(apiVersion, 'ExternalSecret', version).served).toBe(served)
  })

  it('keeps quiet where the chart serves v1beta1 on purpose, and about kinds that are not ESO', () => {
    expect(apiVersionVerdict(BETA, 'ExternalSecret', '0.19.0', { unsafeServeV1Beta1: true }).served).toBe('yes')
    expect(apiVersionVerdict('v1', 'Secret', '1.0.0').served).toBe('unknown')
    expect(apiVersionVerdict(V1, 'Other', '1.0.0').served).toBe('unknown')
    expect(apiVersionVerdict(V1, 'constructor', '1.0.0').served).toBe('unknown')
  })
})

describe('version ranges', () => {
  it.each([
    [
      '1.2.3',
      [
        [
          [1, 2, 3],
          [1, 2, 4],
        ],
      ],
    ],
    [
      'v1.2',
      [
        [
          [1, 2, 0],
          [1, 3, 0],
        ],
      ],
    ],
    [
      '1',
      [
        [
          [1, 0, 0],
          [2, 0, 0],
        ],
      ],
    ],
    ['>1.2.3', [[[1, 2, 4], undefined]]],
    [
      '<=1.2',
      [
        [
          [0, 0, 0],
          [1, 3, 0],
        ],
      ],
    ],
    [
      '~1.2.3',
      [
        [
          [1, 2, 3],
          [1, 3, 0],
        ],
      ],
    ],
    [
      '^0.2.3',
      [
        [
          [0, 2, 3],
          [0, 3, 0],
        ],
      ],
    ],
    [
      '^1',
      [
        [
          [1, 0, 0],
          [2, 0, 0],
        ],
      ],
    ],
    [
      '>= 1.0.0 < 2.0.0',
      [
        [
          [1, 0, 0],
          [2, 0, 0],
        ],
      ],
    ],
  ])('%s', (text, intervals) => {
    expect(parseVersionRange(text)?.map((i) => [i.from, i.to])).toEqual(intervals)
  })
  it.each(['', 'latest', '>=', '1.2.3.4', '>2 <1', '||'])('%j is no range', (text) => {
    expect(parseVersionRange(text)).toBeUndefined()
  })
})
