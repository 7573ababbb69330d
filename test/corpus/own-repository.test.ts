import { describe, expect, test } from 'vitest'
import { reasonText } from '../../src/report/reasons/not-checked.ts'
import { kustomizeForTests } from '../gitops/render/kustomize-binary.ts'
import { OWN_REPOSITORY, PLAIN_REPOSITORY, withOwnRepository } from './own-repository.ts'
import { type Proof, renderAndCompare } from './render-and-compare.ts'

const binary = await kustomizeForTests()
const prove = (buildAll: boolean, files = OWN_REPOSITORY): Promise<Proof> =>
  withOwnRepository((folder) => renderAndCompare(folder, binary as NonNullable<typeof binary>, { buildAll }), files)

describe.skipIf(binary === undefined)('a repository with each way in which a key comes to be what it is', () => {
  const repositories = [
    ['with Flux and Argo CD', OWN_REPOSITORY],
    ['of kustomizations alone', PLAIN_REPOSITORY],
  ] as const
  const ways = [
    ['what a check builds', false],
    ['every root', true],
  ] as const
  const cases = repositories.flatMap(([what, files]) => ways.map(([way, buildAll]) => ({ what, way, files, buildAll })))

  test.each(cases)(
    '$what, $way: the keys of plain kustomize build, in the same root, each at its line',
    async ({ files, buildAll }) => {
      const { comparison, repository, report, forgotten, unaccounted, untrue } = await prove(buildAll, files)
      const isPlain = files === PLAIN_REPOSITORY
      expect(comparison.lost).toEqual([])
      expect(comparison.misplaced).toEqual([])
      expect(comparison.falseFailures).toEqual([])
      expect(comparison.elsewhere).toEqual([])
      // Only where the Flux Kustomization itself patches does a build of its folder say something else.
      expect(comparison.changed).toEqual(
        isPlain ? [] : [expect.stringContaining('apps/patched: ExternalSecret db spec.data.0.remoteRef.key base/db')],
      )
      expect(comparison.same).toBe(comparison.seen - comparison.changed.length)
      // One folder lacks a file, another has no kustomization of its own: plain kustomize builds neither.
      const incomplete = isPlain ? 1 : 2
      expect([comparison.fromCopy, comparison.unbuilt]).toEqual(buildAll ? [incomplete, 0] : [0, incomplete])
      expect(repository.outputs.some(({ outcome }) => outcome === 'rendered')).toBe(buildAll)
      // The policy of the repository allows all of it: nothing may be left unjudged.
      expect(report.references.length).toBeGreaterThan(20)
      expect(report.notChecked).toEqual([])
      expect([forgotten, unaccounted, untrue]).toEqual([[], [], []])
    },
  )

  test('a reason is given, and true, where no role is known', async () => {
    const { 'setup.sh': _, ...files } = OWN_REPOSITORY
    const { report, unaccounted, untrue } = await prove(false, files)
    expect(report.notChecked.length).toBeGreaterThan(10)
    expect([unaccounted, untrue]).toEqual([[], []])
  })

  test('a file that kustomize cannot read is named, with the placeholder that makes it so', async () => {
    const { report, untrue, comparison } = await prove(false, {
      ...OWN_REPOSITORY,
      'apps/json/ingress.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    a: b\n    <ANNOTATION_ONE>\n  name: x\n',
      'apps/json/kustomization.yaml': OWN_REPOSITORY['apps/json/kustomization.yaml']?.replace(
        '[../base]',
        '[../base, ingress.yaml]',
      ) as string,
    })
    expect(report.notChecked.map(({ what, reason }) => `${what}: ${reasonText(reason)}`)).toContainEqual(
      expect.stringMatching(
        /^Flux Kustomization flux-system\/replaced: kustomize says: ingress\.yaml is no YAML \(line \d+: .*\); it holds <ANNOTATION_ONE>, which something fills in before it is applied$/,
      ),
    )
    expect([comparison.falseFailures, untrue]).toEqual([[], []])
  })
})
