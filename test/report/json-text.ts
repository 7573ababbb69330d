import { jsonPieces } from '../../src/report/json.ts'
import type { Report } from '../../src/report/report.ts'

/** The JSON report as it is printed. */
export function jsonText(report: Report): string {
  return [...jsonPieces(report)].join('')
}
