import type { Finding, IgnoredFinding } from '../model/finding.ts'
import type { Span } from '../model/span.ts'
import type { SarifRule } from '../rules/rule-ids.ts'
import { byWorst } from '../rules/worst-first.ts'
import { type Links, NO_LINKS } from './links.ts'
import { cut, logSafeJson, plainText } from './plain-text.ts'
import type { Report } from './report.ts'
import { fixText } from './wording.ts'

/** What code scanning takes of one run, and what it keeps (platform.md §1.2): the worst come first. */
export const RESULTS = 25_000
const RESULTS_SHOWN = 5_000
/** Locations of a result that are shown. */
const LOCATIONS = 100
const MESSAGE_LENGTH = 8_000

export interface SarifOptions {
  /** The program's version. */
  readonly version: string
  readonly rules: readonly SarifRule[]
  readonly links?: Links
  /**
   * Whether ignored findings are written, as suppressed results. Off by default: code scanning does not know suppressions and
   * would open an alert for each (github/codeql-action issue 1230).
   */
  readonly withIgnored?: boolean
}

/** The report as SARIF 2.1.0, as a value. */
export function sarifReport(report: Report, options: SarifOptions) {
  const { rules, version, links = NO_LINKS } = options
  const results = [...report.findings].sort(byWorst).map((finding) => resultOf(finding))
  const suppressed = options.withIgnored ? report.ignored.map(suppressedResult) : []
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'eso-vault', semanticVersion: version, rules: rules.map((rule) => ruleOf(rule, links)) },
        },
        // One category for each target, so that several runs on one commit do not close each other's alerts.
        automationDetails: { id: `eso-vault/${encodeURIComponent(report.target)}/` },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: report.outcome !== 'bug' && report.outcome !== 'invalid' }],
        results: [...results, ...suppressed].slice(0, RESULTS),
        properties: { outcome: report.outcome, findings: report.findings.length, notChecked: report.notChecked.length },
      },
    ],
  }
}

export function sarifText(report: Report, options: SarifOptions): string {
  return logSafeJson(`${JSON.stringify(sarifReport(report, options), null, 2)}\n`)
}

/** A sentence when code scanning will not show every finding; for the log. */
export function sarifLimitNote(report: Report): string | undefined {
  const count = report.findings.length
  if (count > RESULTS)
    return `The SARIF file holds the worst ${RESULTS} of ${count} findings: code scanning takes no more.`
  if (count > RESULTS_SHOWN) return `Code scanning will show the worst ${RESULTS_SHOWN} of ${count} findings.`
  return undefined
}

function ruleOf({ id, title, severity }: SarifRule, links: Links) {
  const page = links.rule(id)
  return {
    id,
    shortDescription: { text: plainText(title) },
    fullDescription: { text: plainText(title) },
    // `helpUri` has to be absolute; without one the text says where the page is.
    ...(page === undefined ? {} : { helpUri: page }),
    help: { text: `${plainText(title)}. See ${page ?? `docs/rules/${id}.md`}.` },
    defaultConfiguration: { level: severity },
    properties: { tags: ['external-secrets', 'vault'] },
  }
}

function resultOf({ rule, severity, message, fix, span, related, fingerprint }: Finding) {
  const text = fix === undefined ? message : `${message}\nFix: ${fixText(fix)}`
  return {
    ruleId: rule,
    level: severity,
    message: { text: sarifMessage(text) },
    locations: [locationOf(span)],
    ...(related.length === 0
      ? {}
      : {
          relatedLocations: related.slice(0, LOCATIONS).map((place, index) => ({
            id: index + 1,
            ...locationOf(place.span),
            message: { text: sarifMessage(place.message) },
          })),
        }),
    // Semantic, so that an alert survives moved lines; `primaryLocationLineHash` is left to the upload action.
    partialFingerprints: { 'esoVault/v1': fingerprint },
  }
}

function suppressedResult({ finding, reason, by }: IgnoredFinding) {
  const kind = by === 'config' ? 'external' : 'inSource'
  return { ...resultOf(finding), suppressions: [{ kind, status: 'accepted', justification: plainText(reason) }] }
}

/** In a message, `[text](target)` is a link (SARIF 2.1.0 §3.11.6): none may come from a manifest. */
function sarifMessage(text: string): string {
  return cut(plainText(text), MESSAGE_LENGTH).replace(/[\\[\]]/g, '\\$&')
}

function locationOf(span: Span) {
  return {
    physicalLocation: {
      artifactLocation: { uri: span.file.split('/').map(encodeURIComponent).join('/') },
      region: {
        startLine: span.line,
        startColumn: span.column,
        endLine: Math.max(span.line, span.endLine),
        // As here, SARIF's end column is the one after the last character.
        endColumn: span.endLine === span.line ? Math.max(span.column + 1, span.endColumn) : Math.max(1, span.endColumn),
      },
    },
  }
}
