import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { SubKeys } from '../../../src/model/vault-state.ts'

/**
 * The rows of a vector file of this folder: what ESO 2.9.0 or the API server answered when they were run on it (eso.md §8).
 */
export function readVectors<Row>(name: string): readonly Row[] {
  const text = gunzipSync(readFileSync(new URL(`./${name}.jsonl.gz`, import.meta.url))).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}

/** What Vault's `subkeys` shows of a secret's data: names, and null for everything that is no map. */
export function subKeysOf(value: unknown): SubKeys | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, subKeysOf(below)]))
}

/** Rows counted by what came out; printed by the tests, so that a number that moves is seen. */
export class Tally {
  readonly #counts = new Map<string, Map<string, number>>()

  add(row: string, column: string): void {
    const columns = this.#counts.get(row) ?? new Map<string, number>()
    this.#counts.set(row, columns)
    columns.set(column, (columns.get(column) ?? 0) + 1)
  }

  count(column: string, row?: string): number {
    const rows = row === undefined ? [...this.#counts.values()] : [this.#counts.get(row) ?? new Map<string, number>()]
    return rows.reduce((sum, columns) => sum + (columns.get(column) ?? 0), 0)
  }

  /** Shows the table in the test's output. */
  print(title: string): void {
    process.stdout.write(`${title}\n${this}\n`)
  }

  /** A table with one line for each row, sorted. */
  toString(): string {
    const columns = [...new Set([...this.#counts.values()].flatMap((row) => [...row.keys()]))].sort()
    const names = [...this.#counts.keys()].sort()
    const width = Math.max(...names.map((name) => name.length), 4)
    const line = (name: string, cells: readonly (string | number)[]) =>
      `${name.padEnd(width)}  ${cells.map((cell, i) => String(cell).padStart(Math.max(columns[i]?.length ?? 0, 5))).join('  ')}`
    return [
      line('', columns),
      ...names.map((name) =>
        line(
          name,
          columns.map((column) => this.#counts.get(name)?.get(column) ?? '·'),
        ),
      ),
      line(
        'all',
        columns.map((column) => this.count(column)),
      ),
    ].join('\n')
  }
}
