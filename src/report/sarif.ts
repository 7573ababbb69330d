import { createHash } from 'node:crypto'
import type { Finding, IgnoredFinding } from '../model/finding.ts'
import type { FileLine, Span } from '../model/span.ts'
import { upper } from '../model/wording.ts'
import type { SarifRule } from '../rules/rule-ids.ts'
import { byWorst } from '../rules/worst-first.ts'
import { type Links, NO_LINKS, pathInUrl } from './links.ts'
import { cut, logSafeJson, plainText } from './plain-text.ts'
import { reasonText } from './reasons/not-checked.ts'
import type { Report } from './report.ts'
import { fixText } from './wording.ts'

/** What code scanning takes of one run, and what it keeps (platform.md §1.2): the worst come first. */
export const RESULTS = 25_000
const RESULTS_SHOWN = 5_000
/** So many of what was not checked are told one by one. */
const NOTIFICATIONS = 1_000
/** Locations of a result that are shown. */
const LOCATIONS = 100
const MESSAGE_LENGTH = 8_000

export interface SarifOptions {
  /** The program's version. */
  readonly version: string
  readonly rules: readonly SarifRule[]
  readonly links?: Links
  /** The text of a rule's page, for the rules that a report speaks of. */
  readonly pageOf?: (id: string) => string | undefined
  /**
   * Whether ignored findings are written, as suppressed results. Off by default: code scanning does not know suppressions and
   * would open an alert for each (github/codeql-action issue 1230).
   */
  readonly withIgnored?: boolean
}

/** The report as SARIF 2.1.0, as a value. */
export function sarifReport(report: Report, options: SarifOptions) {
  const { rules, version, links = NO_LINKS, pageOf = () => undefined } = options
  const told = new Map<string, number>()
  const results = [...report.findings].sort(byWorst).map((finding) => resultOf(finding, told))
  const suppressed = options.withIgnored ? report.ignored.map((ignored) => suppressedResult(ignored, told)) : []
  const shown = [...results, ...suppressed].slice(0, RESULTS)
  const broken = new Set(shown.map(({ ruleId }) => ruleId))
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'eso-vault',
            semanticVersion: version,
            rules: rules.map((rule) => ruleOf(rule, links, broken.has(rule.id) ? pageOf(rule.id) : undefined)),
          },
        },
        // One category for each target, so that several runs on one commit do not close each other's alerts.
        automationDetails: { id: `eso-vault/${encodeURIComponent(report.target)}/` },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: report.outcome !== 'bug' && report.outcome !== 'invalid',
            ...(report.outcome === 'invalid' ? { toolConfigurationNotifications: problemsOf(report) } : {}),
            toolExecutionNotifications: [
              ...(report.outcome === 'invalid' ? [] : problemsOf(report)),
              ...notificationsOf(report),
            ],
          },
        ],
        results: shown,
        properties: { outcome: report.outcome, findings: report.findings.length, notChecked: report.notChecked.length },
      },
    ],
  }
}

/** Why a run did not start, or what it stopped with. */
function problemsOf({ problems = [] }: Report) {
  return problems.map(({ message, file, line }) => ({
    level: 'error',
    message: { text: sarifMessage(message) },
    ...(file === undefined ? {} : { locations: [placeOf(file, line)] }),
  }))
}

/** What was not checked, and why a run ended early: no result, and nothing to be silent about. */
function notificationsOf({ notChecked, incomplete }: Report) {
  const unfinished = incomplete.map((sentence) => ({ level: 'warning', message: { text: sarifMessage(sentence) } }))
  const open = notChecked.slice(0, NOTIFICATIONS).map(({ file, line, what, reason }) => ({
    level: 'note',
    message: { text: sarifMessage(`${what} was not checked: ${reasonText(reason)}.`) },
    locations: [placeOf(file, line)],
  }))
  const more = notChecked.length - open.length
  const rest =
    more > 0 ? [{ level: 'note', message: { text: `And ${more} more were not checked: see the JSON report.` } }] : []
  return [...unfinished, ...open, ...rest]
}

function placeOf(file: string, line: number | undefined) {
  return {
    physicalLocation: {
      artifactLocation: { uri: pathInUrl(file) },
      ...(line === undefined ? {} : { region: { startLine: Math.max(1, line) } }),
    },
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

function ruleOf(rule: SarifRule, links: Links, page: string | undefined) {
  const { id, title, severity, precision, securitySeverity } = rule
  const address = links.rule(id)
  return {
    id,
    // GitHub shows the name where it has no room for more.
    name: id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: plainText(title) },
    fullDescription: { text: plainText(title) },
    // `helpUri` has to be absolute; without one the text says where the page is.
    ...(address === undefined ? {} : { helpUri: address }),
    help: {
      text: `${plainText(title)}. See ${address ?? `docs/rules/${id}.md`}.`,
      ...(page === undefined ? {} : { markdown: page }),
    },
    defaultConfiguration: { level: severity },
    properties: {
      tags: ['external-secrets', 'vault'],
      precision,
      'problem.severity': severity === 'note' ? 'recommendation' : severity,
      ...(securitySeverity === undefined ? {} : { 'security-severity': securitySeverity }),
    },
  }
}

/** One result a place: an alert must not close and open again because a neighbour of its problem changed (reports.md §4). */
function resultOf(finding: Finding, told: Map<string, number>) {
  const { rule, severity, fix, span, fingerprint, cause } = finding
  const { text, related } = linkedMessage(finding)
  return {
    ruleId: rule,
    level: severity,
    message: { text: cut(fix === undefined ? text : `${text}\nFix: ${sarifMessage(fixText(fix))}`, MESSAGE_LENGTH) },
    locations: [locationOf(span)],
    ...(related.length === 0 ? {} : { relatedLocations: related }),
    // The one fingerprint that code scanning uses; semantic, so that an alert survives moved lines.
    partialFingerprints: {
      primaryLocationLineHash: lineHash(`${rule}|${fingerprint}`, told),
      'esoVault/v1': fingerprint,
    },
    properties: { cause: cause ?? fingerprint },
  }
}

/** 16 hexadecimal digits and the number of the same before it, as the upload action writes them. */
function lineHash(about: string, told: Map<string, number>): string {
  const hash = createHash('sha256').update(about).digest('hex').slice(0, 16)
  const times = (told.get(hash) ?? 0) + 1
  told.set(hash, times)
  return `${hash}:${times}`
}

/**
 * The message, with a link to each related place: code scanning shows those alone that the message links to (platform.md §1.2). Texts of
 * links are escaped names, their targets our own numbers.
 */
function linkedMessage({ headline, why, remark, chain = [], related }: Finding) {
  const places: ({ readonly id: number } & FileLine)[] = []
  const made: ReturnType<typeof relatedLocation>[] = []
  const link = (span: FileLine & Partial<Span>, label: string, message: string): string => {
    const known = places.find((place) => isAt(place, span))
    if (known !== undefined) return `[${label}](${known.id})`
    if (made.length === LOCATIONS) return label
    const id = made.length + 1
    places.push({ id, file: span.file, line: span.line })
    made.push(relatedLocation(id, span, message))
    return `[${label}](${id})`
  }
  const hops = chain.map(({ of, name, at, says }) => {
    const label = sarifMessage(name)
    const span = at === undefined ? undefined : (related.find((one) => isAt(one.span, at))?.span ?? at)
    const shown = span === undefined ? label : link(span, label, `${of} ${name}`)
    return `${of} ${shown}${says === undefined ? '' : ` ${sarifMessage(says)}`}`
  })
  const others = related
    .filter(({ span }) => !places.some((place) => isAt(place, span)))
    .map(({ span, message }) => link(span, sarifMessage(message), message))
  const sentences = [
    `${sarifMessage(headline)}.`,
    ...(hops.length === 0 ? [] : [`${upper(hops.join(', '))}.`]),
    ...[why, remark].flatMap((sentence) => (sentence === undefined ? [] : [sarifMessage(sentence)])),
    ...(others.length === 0 ? [] : [`See ${others.join(', ')}.`]),
  ]
  return { text: sentences.join(' '), related: made }
}

function isAt(one: FileLine, other: FileLine): boolean {
  return one.file === other.file && one.line === other.line
}

function relatedLocation(id: number, span: FileLine & Partial<Span>, message: string) {
  const { column, endLine, endColumn } = span
  const location =
    column === undefined || endLine === undefined || endColumn === undefined
      ? { physicalLocation: { artifactLocation: { uri: pathInUrl(span.file) }, region: { startLine: span.line } } }
      : locationOf({ file: span.file, line: span.line, column, endLine, endColumn })
  return { id, ...location, message: { text: sarifMessage(message) } }
}

function suppressedResult({ finding, reason, by }: IgnoredFinding, told: Map<string, number>) {
  const kind = by === 'config' ? 'external' : 'inSource'
  return { ...resultOf(finding, told), suppressions: [{ kind, status: 'accepted', justification: plainText(reason) }] }
}

/** In a message, `[text](target)` is a link (SARIF 2.1.0 §3.11.6): none may come from a manifest. */
function sarifMessage(text: string): string {
  return cut(plainText(text), MESSAGE_LENGTH).replace(/[\\[\]]/g, '\\$&')
}

function locationOf(span: Span) {
  return {
    physicalLocation: {
      artifactLocation: { uri: pathInUrl(span.file) },
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
