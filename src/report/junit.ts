import type { Finding } from '../model/finding.ts'
import { nameField, nameManifest } from '../model/wording.ts'
import { headline } from './headline.ts'
import { reasonText } from './reasons/not-checked.ts'
import type { JudgedReference, Report } from './report.ts'
import { fixText } from './wording.ts'

/**
 * The report as JUnit XML, for whatever shows test results: each reference to Vault that is applied is a test, which passes, fails or is
 * skipped with the reason why it was not checked; each error that is about something else is a failed test of its own.
 */
export function junitText(report: Report): string {
  const told = new Set<Finding>()
  const errors = Map.groupBy(report.findings, ({ fingerprint }) => fingerprint)
  const references = report.references.flatMap((judged) => referenceCase(judged, errors, told))
  const others = report.findings
    .filter((finding) => finding.severity === 'error' && !told.has(finding))
    .map((finding) => testCase(finding.rule, finding.span.file, failure(finding)))
  const parts = report.notChecked
    .filter(({ reference }) => reference !== true)
    .map(({ what, file, reason }) => testCase(what, file, `<skipped message="${escapeXml(reasonText(reason))}"/>`))
  const cases = [...references, ...others, ...parts]
  const count = (what: string) => cases.filter((one) => one.includes(`<${what} `)).length
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<testsuite name="${escapeXml(`eso-vault ${report.mode}: ${headline(report)}`)}" tests="${cases.length}" failures="${count('failure')}" skipped="${count('skipped')}">
${cases.join('\n')}
</testsuite>
</testsuites>
`
}

function referenceCase(
  { reference, standing }: JudgedReference,
  errors: ReadonlyMap<string, readonly Finding[]>,
  told: Set<Finding>,
): string[] {
  // Other providers are none of Vault's affair, and what nothing applies is no part of the result.
  if (standing.is === 'other-provider' || standing.is === 'not-applied') return []
  const name = `${nameManifest(reference.manifest)} ${nameField(reference.field)}`
  const { file } = reference.span
  if (standing.is === 'works') return [testCase(name, file, '')]
  if (standing.is === 'not-checked')
    return [testCase(name, file, `<skipped message="${escapeXml(reasonText(standing.reason))}"/>`)]
  if (standing.accepted) return [testCase(name, file, '<skipped message="broken, and accepted by an ignore"/>')]
  const own = [...new Set(standing.by)].flatMap((fingerprint) => errors.get(fingerprint) ?? [])
  for (const finding of own) told.add(finding)
  // What may not be applied is a warning, and fails no run.
  const [first] = own
  if (first !== undefined && own.every(({ severity }) => severity !== 'error'))
    return [testCase(name, file, `<skipped message="${escapeXml(first.message)}"/>`)]
  const text =
    own.length === 0
      ? '<failure message="broken, and told with the first of its object"/>'
      : failure(...(own as [Finding, ...Finding[]]))
  return [testCase(name, file, text)]
}

function testCase(name: string, file: string, inside: string): string {
  return `<testcase name="${escapeXml(name)}" classname="${escapeXml(file)}" file="${escapeXml(file)}">${inside}</testcase>`
}

function failure(first: Finding, ...more: Finding[]): string {
  const text = [first, ...more].map(({ message, fix, span }) =>
    [`${span.file}:${span.line}`, message, ...(fix === undefined ? [] : [fixText(fix)])].join('\n'),
  )
  return `<failure type="${escapeXml(first.rule)}" message="${escapeXml(first.message)}">${escapeXml(text.join('\n\n'))}</failure>`
}

/** XML 1.0 has no way to write most control characters, not even as a reference: they are left out. */
function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to leave out
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll('\n', '&#10;')
  )
}
