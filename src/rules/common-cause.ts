import type { Finding, RelatedPlace } from '../model/finding.ts'
import { asFinding, foldObjects } from './fold-objects.ts'
import type { RuleFinding } from './rule.ts'

/** How many findings of one cause are shown one by one; more become one finding that counts them (design §5). */
const ONE_BY_ONE = 10

/** A finding with what caused it; findings of one cause break together and are mended together. */
export interface CausedFinding<Cause> {
  /** Plain data: causes that are equal are one. */
  readonly cause: Cause
  readonly finding: RuleFinding
}

/**
 * When one cause breaks many references, the cause is reported once, with a count and the references as related places. Up to
 * `ONE_BY_ONE` of them stay findings of their own, each at its line, because a pull request is read line by line.
 */
export function* reportCauses<Cause>(
  caused: Iterable<CausedFinding<Cause>>,
  summarise: (findings: readonly [Finding, ...Finding[]], cause: Cause) => Finding,
): Iterable<RuleFinding> {
  const byCause = new Map<string, { readonly cause: Cause; readonly group: RuleFinding[] }>()
  for (const { cause, finding } of caused) {
    const key = JSON.stringify(cause)
    const known = byCause.get(key)
    if (known === undefined) byCause.set(key, { cause, group: [finding] })
    else known.group.push(finding)
  }
  for (const { cause, group } of byCause.values()) {
    const findings = foldObjects(group)
    const [first, ...others] = findings.map(asFinding)
    if (first !== undefined && findings.length > ONE_BY_ONE) yield withoutObjects(summarise([first, ...others], cause))
    else yield* findings
  }
}

/** Its related places are the references; the objects behind the first of them are not what it is about. */
function withoutObjects({ objects: _, ...finding }: Finding): Finding {
  return finding
}

/** The places of many findings, as related places of one. */
export function placesOf(findings: readonly Finding[], what: string): RelatedPlace[] {
  const seen = new Set<string>()
  const places: RelatedPlace[] = []
  for (const { span } of findings) {
    const at = `${span.file}:${span.line}:${span.column}`
    if (seen.has(at)) continue
    seen.add(at)
    places.push({ span, message: what })
  }
  return places
}
