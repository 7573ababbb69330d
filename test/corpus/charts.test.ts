import { describe, expect, test } from 'vitest'
import { renderFolder } from '../gitops/helm/render-one.ts'
import { compareWithTruth, nothingCompared, shareOf } from '../gitops/helm/truth.ts'
import { helmsForTests } from '../gitops/render/helm-binary.ts'
import { corpusFor, withArchive } from './archives.ts'

const corpus = corpusFor(['industrial-edge', 'konstructio-gitops-template'])
const helms = await helmsForTests()

/** The charts of industrial-edge with ESO objects, and the group whose values they get (helm.md §6). */
const CHARTS: Readonly<Record<string, string>> = {
  'charts/datacenter/data-science-project': 'datacenter',
  'charts/datacenter/manuela-data-lake': 'datacenter',
  'charts/datacenter/manuela-tst': 'datacenter',
  'charts/datacenter/pipelines': 'datacenter',
  'charts/factory/manuela-stormshift': 'factory',
}

describe.skipIf(corpus === undefined).each(helms)('charts of real repositories, with $name', (helm) => {
  test('industrial-edge: objects as plain helm gives them, each field led to its line', async () => {
    // What is told of lines is the same with both (shapes.test.ts).
    const isLast = helm === helms.at(-1)
    const compared = nothingCompared()
    await withArchive(corpus as string, 'industrial-edge', async (folder) => {
      for (const [chart, group] of Object.entries(CHARTS))
        await compareWithTruth(
          helm,
          folder,
          chart,
          ['values-global.yaml', `values-${group}.yaml`],
          compared,
          isLast ? 'likely' : 'none',
        )
    })
    process.stdout.write(shareOf(`industrial-edge, ${helm.name}`, compared))
    expect(compared.fields).toBeGreaterThan(300)
    expect(compared.differing).toEqual([])
    expect(compared.wrong).toEqual([])
    if (!isLast) return
    expect(compared.fromValues).toBeGreaterThan(20)
    expect(compared.located / compared.fields).toBeGreaterThan(0.99)
  }, 300_000)

  test('konstructio: a chart that fails as a whole gives the ESO objects of its other templates', async () => {
    await withArchive(corpus as string, 'konstructio-gitops-template', async (folder) => {
      const chart = 'metaphor/charts/metaphor'
      const { objects, failure } = await renderFolder(helm, folder, [], { chart })
      expect(failure).toBeUndefined()
      expect(objects.map((one) => one.told(['kind']).split(' @ ')[0])).toEqual(['ExternalSecret', 'ExternalSecret'])
    })
  }, 60_000)
})
