import { describe, expect, it } from 'vitest'
import { crdSchemas } from '../../../src/eso/schema/crd-schema.ts'
import { validateManifest } from '../../../src/eso/schema/validate.ts'
import { cpuTime } from '../../cpu-time.ts'
import { yamlManifest } from '../yaml-manifest.ts'

/** What a CRD in Git says of an ExternalSecret whose one field has a pattern. */
function problems(pattern: string, interval: string): string[] {
  const crds = crdSchemas({
    spec: {
      group: 'external-secrets.io',
      scope: 'Namespaced',
      names: { kind: 'ExternalSecret' },
      versions: [
        {
          name: 'v1',
          served: true,
          schema: {
            openAPIV3Schema: {
              properties: { spec: { type: 'object', properties: { refreshInterval: { type: 'string', pattern } } } },
            },
          },
        },
      ],
    },
  })
  const manifest = yamlManifest(
    `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: app}\nspec: {refreshInterval: ${interval}}\n`,
  )
  return validateManifest(manifest, { crds }).flatMap(({ message, path }) =>
    message.includes('may hold only') ? path.join('.') : [],
  )
}

describe('patterns of CRDs in Git', () => {
  it('are matched as the API server matches them', () => {
    expect(problems('^[0-9]+h$', '1h')).toEqual([])
    expect(problems('^[0-9]+h$', 'hourly')).toContain('spec.refreshInterval')
  })
  it('take time in proportion to the text, whatever they are', () => {
    const spent = cpuTime()
    expect(problems('^(a+)+$', `${'a'.repeat(40)}b`)).toContain('spec.refreshInterval')
    expect(spent()).toBeLessThan(1_000)
  })
  it('ask for nothing where the API server would not take them', () => {
    expect(problems('(?<=a)b', 'hourly')).toEqual([])
    expect(problems('(', 'hourly')).toEqual([])
  })
})
