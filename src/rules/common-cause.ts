import type { Finding, RelatedPlace } from '../model/finding.ts'
import { foldObjects } from './fold-objects.ts'

/** How many findings of one cause are shown one by one; more become one finding that counts them (design §5). */
const ONE_BY_ONE = 10

/** A finding with the name of what caused it; findings of one cause break together and are mended together. */
export interface CausedFinding {
  readonly cause: string
  readonly finding: Finding
}

/**
 * When one cause breaks many references, the cause is reported once, with a count and the references as related places. Up to
 * `ONE_BY_ONE` of them stay findings of their own, each at its line, because a pull request is read line by line.
 */
export function* reportCauses(
  caused: Iterable<CausedFinding>,
  summarise: (findings: readonly Finding[]) => Finding,
): Iterable<Finding> {
  const byCause = new Map<string, Finding[]>()
  for (const { cause, finding } of caused) {
    const group = byCause.get(cause)
    if (group === undefined) byCause.set(cause, [finding])
    else group.push(finding)
  }
  for (const group of byCause.values()) {
    const findings = foldObjects(group)
    if (findings.length > ONE_BY_ONE) yield withoutObjects(summarise(findings))
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
