import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { helmsForTests } from '../render/helm-binary.ts'
import { renderOne } from './render-one.ts'
import { SHAPES } from './shapes.ts'

const helms = await helmsForTests()
const KEY = ['spec', 'data', 0, 'remoteRef', 'key'] as const
const PROPERTY = ['spec', 'data', 0, 'remoteRef', 'property'] as const

describe.each(helms)('each field at its line (helm.md §5.3), with $name', (helm) => {
  test.each(Object.entries(SHAPES))('%s', async (_name, { files, layers, key, property }) => {
    const { objects, failure, processes } = await renderOne(helm, files, layers)
    expect(failure).toBeUndefined()
    const [object] = objects
    expect(object?.told(KEY)).toBe(key)
    if (property !== undefined) expect(object?.told(PROPERTY)).toBe(property)
    expect(processes).toBeLessThanOrEqual(25)
  })
})

test('the rows of the table are all there', () => {
  const rows = readFileSync('docs/spec/helm.md', 'utf8')
    .split('### 5.3')[1]
    ?.split('## 6.')[0]
    ?.match(/^\| [^s-].*\|/gm)
  expect(rows?.length).toBeLessThanOrEqual(Object.keys(SHAPES).length)
})
