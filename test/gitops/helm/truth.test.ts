import { expect, test } from 'vitest'
import { helmsForTests } from '../render/helm-binary.ts'
import { tree } from '../tree.ts'
import { SHAPES } from './shapes.ts'
import { compareWithTruth, nothingCompared, shareOf } from './truth.ts'

// One is enough here: what is told is the same with both (shapes.test.ts).
const helms = (await helmsForTests()).slice(-1)

test.each(helms)(
  'hard shapes, each scalar changed alone (helm.md §5.3), with $name',
  async (helm) => {
    const compared = nothingCompared()
    for (const { files, layers = [] } of Object.values(SHAPES))
      await compareWithTruth(helm, tree(files), '', layers, compared)
    process.stdout.write(shareOf(`hard shapes, ${helm.name}`, compared))
    expect(compared.differing).toEqual([])
    expect(compared.wrong).toEqual([])
    expect(compared.partly).toEqual([])
  },
  120_000,
)
