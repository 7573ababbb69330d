import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InvalidInput } from '../model/invalid-input.ts'
import type { Settings } from '../settings/settings.ts'
import type { Inventory } from './inventory/inventory.ts'
import { jsonPieces } from './json.ts'
import type { Report } from './report.ts'
import { type SarifOptions, sarifText } from './sarif.ts'

/** Writes `report-file`, where it is asked for. */
export async function writeReportFile({ reportFile }: Pick<Settings, 'reportFile'>, report: Report): Promise<void> {
  if (reportFile !== undefined) await writeText(reportFile, jsonPieces(report))
}

/** Writes `sarif-file`, where it is asked for. */
export async function writeSarifFile(
  { sarifFile }: Pick<Settings, 'sarifFile'>,
  report: Report,
  sarif: SarifOptions,
): Promise<void> {
  if (sarifFile !== undefined) await writeText(sarifFile, sarifText(report, sarif))
}

/** Writes the file of mode `snapshot`, where there is one to write. */
export async function writeSnapshot(
  { out }: Partial<Pick<Settings, 'out'>>,
  snapshot: string | undefined,
): Promise<void> {
  if (out !== undefined && snapshot !== undefined) await writeText(out, snapshot)
}

/** Writes `html-file`, where it is asked for; the page is made only then. */
export async function writeInventory(
  { htmlFile }: Partial<Pick<Settings, 'htmlFile'>>,
  inventory: Inventory,
  source: string | undefined,
): Promise<void> {
  if (htmlFile === undefined) return
  const { inventoryPage } = await import('./inventory/page.ts')
  await writeText(htmlFile, inventoryPage(inventory, source))
}

/** Writes a file that an input names, with the folders above it. Throws InvalidInput when that cannot be done. */
export async function writeText(file: string, text: string | Iterable<string>): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Without one, it is the text that could not be made.
    if (code === undefined) throw error
    throw new InvalidInput(`This file cannot be written (${code}).`, { file })
  }
}
