import { posix } from 'node:path'
import type { YamlDocument } from '../files/yaml/yaml-document.ts'
import type { ChartValues } from '../model/chart-values.ts'
import type { InputProblem } from '../model/invalid-input.ts'

export interface RawChartValues {
  readonly chart: string
  readonly values?: readonly string[]
  readonly set?: Readonly<Record<string, string | number | boolean>>
}

export function chartValuesOf(raw: readonly RawChartValues[], document: YamlDocument): ChartValues[] {
  return raw.map(({ chart, values = [], set = {} }, index) => ({
    chart: plainPath(chart),
    files: values.map((file, at) => ({
      file: plainPath(file),
      span: document.spanOf(['helm', index, 'values', at]),
    })),
    set: Object.entries(set).map(([name, value]) => ({
      name,
      value,
      span: document.spanOf(['helm', index, 'set', name]),
    })),
    span: document.spanOf(['helm', index, 'chart']),
  }))
}

/** What the shape cannot tell: a chart has one entry. */
export function chartValuesProblems(raw: readonly RawChartValues[], document: YamlDocument): InputProblem[] {
  return raw.flatMap(({ chart }, index) => {
    const first = raw.findIndex((one) => plainPath(one.chart) === plainPath(chart))
    if (first === index) return []
    const { line } = document.spanOf(['helm', index, 'chart'])
    const other = document.spanOf(['helm', first, 'chart']).line
    const message = `helm[${index}].chart: line ${other} gives values to ${chart} too. Write them as one entry.`
    return [{ file: document.file, line, message }]
  })
}

/** Without `./` in front and a slash at the end. */
function plainPath(path: string): string {
  return posix.normalize(path).replace(/\/$/, '')
}
