import type { Finding, Fix } from '../model/finding.ts'

/** So many lines above say where the change belongs. */
const CONTEXT = 2

/**
 * Fixes that move lines, with a diff of the file's own lines: variables stay as they are written. `textOf` gives a file as it was read;
 * where it is not at hand the fix stays what it was.
 */
export function withSourceDiffs(findings: readonly Finding[], textOf: (file: string) => string | undefined): Finding[] {
  return findings.map((finding) => {
    const { fix } = finding
    return fix?.indent === undefined ? finding : { ...finding, fix: indented(fix, fix.indent, textOf) }
  })
}

function indented(
  { indent: _, ...fix }: Fix,
  { file, from, to, by }: NonNullable<Fix['indent']>,
  textOf: (file: string) => string | undefined,
): Fix {
  const lines = textOf(file)?.split(/\r?\n/)
  const moved = lines?.slice(from - 1, to)
  if (lines === undefined || moved === undefined || moved.length === 0) return { ...fix, lead: 'write' }
  const above = lines.slice(Math.max(0, from - 1 - CONTEXT), from - 1)
  const text = [
    ...above.map((line) => ` ${line}`),
    ...moved.map((line) => `-${line}`),
    ...moved.map((line) => `+${' '.repeat(by)}${line}`),
  ].join('\n')
  return { ...fix, language: 'diff', text, at: { file, line: from } }
}
