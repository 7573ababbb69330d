import { describe, expect, it } from 'vitest'
import { KNOWN_RELEASES, kindSchemaIn, newestWith, releasesFor } from '../../../src/eso/schema/schema-lookup.ts'
import { validateManifest } from '../../../src/eso/schema/validate.ts'
import { parseVersionRange } from '../../../src/model/version-range.ts'
import { yamlManifest } from '../yaml-manifest.ts'

const HEAD = (kind: string, apiVersion: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: app}\nspec:\n`
const external = (spec: string, apiVersion = 'external-secrets.io/v1') =>
  `${HEAD('ExternalSecret', apiVersion)}  secretStoreRef: {name: vault}\n  data: [{secretKey: a, remoteRef: {key: a}}]\n${spec}`
const push = (spec: string) =>
  `${HEAD('PushSecret', 'external-secrets.io/v1alpha1')}  secretStoreRefs: [{name: vault}]\n  selector: {secret: {name: app}}\n${spec}`
const store = (auth: string, more = '') =>
  `${HEAD('SecretStore', 'external-secrets.io/v1')}  provider:\n    vault:\n      server: https://vault.example.com\n${more}      auth:\n        ${auth}\n`
const BETA = 'external-secrets.io/v1beta1'

function judged(yaml: string, ...eso: string[]): string[] {
  return validateManifest(yamlManifest(yaml), { eso }).map(
    ({ severity, kind, effect, path, message }) => `${severity} ${kind}/${effect} ${path.join('.')}: ${message}`,
  )
}

describe('fields and values by the release that Git pins (eso.md §1)', () => {
  it.each([
    ['dataTo', push('  dataTo: [{storeRef: {name: vault}}]\n'), '2.2.0', '2.3.0', 'came with ESO 2.3.0'],
    ['auth.gcp', store('gcp: {role: app}'), '1.0.0', '1.1.1', 'came with ESO 1.1.0'],
    ['headers', store('tokenSecretRef: {name: app, key: token}', '      headers: {X-A: b}\n'), '0.17.0', '0.17.1', ''],
    ['refreshPolicy', external('  refreshPolicy: OnChange\n'), '0.15.1', '0.17.0', ''],
    ['CreateOrMerge', external('  target: {creationPolicy: CreateOrMerge}\n'), '2.7.0', '2.8.0', 'came with ESO 2.8.0'],
    [
      'syncWindows',
      external('  syncWindows: {kind: deny, windows: [{schedule: "@daily", duration: 1h}]}\n'),
      '2.6.0',
      '2.8.0',
      'came with ESO 2.7.0',
    ],
    [
      'openBao',
      `${HEAD('SecretStore', 'external-secrets.io/v1')}  provider:\n    openBao: {server: "https://bao"}\n`,
      '2.6.0',
      '2.7.0',
      'came with ESO 2.7.0',
    ],
  ])('%s', (_, yaml, old, recent, says) => {
    const before = judged(yaml, old)
    if (says !== '') expect(before.join('\n')).toContain(`and this is for ESO ${old}`)
    if (says !== '') expect(before.join('\n')).toContain(says)
    expect(judged(yaml, recent)).toEqual([])
    expect(judged(yaml)).toEqual([])
  })

  it('names the known releases on both sides where the exact one is not known', () => {
    const [only, ...others] = judged(
      external('  dataFrom: [{find: {name: {regexp: a}}, rewrite: [{merge: {}}]}]\n'),
      '0.16.2',
    )
    expect(only).toContain('error unknown/dropped spec.dataFrom.0.rewrite.0.merge')
    expect(only).toMatch(/v\d+\.\d+\.\d+ has it, v\d+\.\d+\.\d+ does not/)
    expect(others).toEqual([])
  })

  it('is silent where a pinned range, or one of several pins, allows a release that takes it', () => {
    const yaml = push('  dataTo: [{storeRef: {name: vault}}]\n')
    expect(judged(yaml, '>=2.2.0')).toEqual([])
    expect(judged(yaml, '2.2.0', '2.3.0')).toEqual([])
    expect(judged(yaml, '2.1.0', '2.2.0')).toHaveLength(1)
    expect(judged(yaml, '2.1.0', 'main')).toEqual([])
  })

  it('takes what was legal in the pinned release', () => {
    const yaml = external('  target: {template: {engineVersion: v1}}\n', BETA)
    expect(judged(yaml, '0.15.1')).toEqual([])
    expect(judged(yaml, '0.16.2').join()).toContain('error value/rejected')
    expect(judged(yaml).join()).toContain('warning value/rejected')
    expect(judged(yaml).join()).toContain('ESO up to v0.15.1 takes it')
  })

  it('says of a version that is not served only what is wrong in every version', () => {
    const yaml = external('  refreshIntervl: 1h\n  target: {deletionPolicy: delete}\n', BETA)
    expect(judged(yaml, '1.0.0').map((text) => text.split(':')[0])).toEqual([
      'error unknown/dropped spec.refreshIntervl',
    ])
  })

  it('is sure about unknown fields and providers when the pinned release is known', () => {
    const yaml = external('  brandNew: 1\n')
    expect(judged(yaml)[0]).toContain('warning unknown/dropped')
    expect(judged(yaml, '2.9.0')[0]).toContain('error unknown/dropped')
    expect(judged(yaml, '2.10.0')[0]).toContain('warning unknown/dropped')
    const provider = `${HEAD('SecretStore', 'external-secrets.io/v1')}  provider:\n    brandNewCloud: {a: b}\n`
    expect(judged(provider)).toEqual([expect.stringContaining('warning unknown/dropped spec.provider.brandNewCloud')])
    expect(judged(provider, '2.9.0')).toEqual([expect.stringContaining('error unknown/dropped')])
    const typo = `${HEAD('SecretStore', 'external-secrets.io/v1')}  provider:\n    valut: {server: https://v}\n`
    expect(judged(typo)).toEqual([expect.stringContaining('Did you mean `vault`?')])
  })
})

describe('the table of releases', () => {
  const names = (text: string) =>
    releasesFor(parseVersionRange(text) ?? []).map((index) => KNOWN_RELEASES[index]?.join('.'))

  it('stands for a release by its neighbours', () => {
    expect(names('2.9.0')).toEqual(['2.9.0'])
    expect(names('0.17.0')).toEqual(['0.17.0'])
    expect(names('0.16.1')).toEqual(['0.16.2', '0.15.1'])
    expect(names('3.0.0')).toEqual(['2.9.0'])
    expect(names('>=2.7.0')).toEqual(['2.9.0', '2.8.0', '2.7.0'])
    expect(names('0.1.0')).toEqual(['0.8.17'])
  })

  it('knows which versions a release serves', () => {
    const served = (release: string, apiVersion: string, kind: string) => {
      const index = KNOWN_RELEASES.findIndex((known) => known.join('.') === release)
      return kindSchemaIn(index, { apiVersion, kind })?.served
    }
    expect(served('0.16.2', BETA, 'ExternalSecret')).toBe(true)
    expect(served('0.17.0', BETA, 'ExternalSecret')).toBe(false)
    expect(served('0.15.1', 'external-secrets.io/v1', 'ExternalSecret')).toBeUndefined()
    expect(served('0.15.1', 'external-secrets.io/v1alpha1', 'SecretStore')).toBe(true)
    expect(served('0.10.7', 'generators.external-secrets.io/v1alpha1', 'ClusterGenerator')).toBeUndefined()
    expect(newestWith({ apiVersion: BETA, kind: 'SecretStore' })).toBe(
      KNOWN_RELEASES.findIndex((known) => known.join('.') === '0.16.2'),
    )
  })

  it('lays changes over shared definitions without changing them', () => {
    // Asking for an old release first and for the newest later gives the newest as it is.
    expect(judged(store('gcp: {role: app}'), '0.17.0')).toHaveLength(1)
    expect(judged(store('gcp: {role: app}'), '2.9.0')).toEqual([])
  })
})
