import { formatSpan, type Span } from '../model/span.ts'
import type { RuleFinding } from './rule.ts'

/**
 * One finding for one line and one thing that is wrong with it, whatever names the overlays give to what the line makes: a component that
 * thirty apps use asks for thirty Secrets in one line. `what`: of equal ones the first is told, with the objects of all.
 */
export function sameLines(
  findings: Iterable<{ readonly finding: RuleFinding; readonly made: Span | undefined; readonly what: string }>,
): RuleFinding[] {
  const groups = new Map<string, RuleFinding>()
  for (const { finding, made, what } of findings) {
    const { span, objects = [] } = finding
    const key = `${placeOf(span)} ${made === undefined ? '' : placeOf(made)} ${what}`
    const known = groups.get(key)
    groups.set(
      key,
      known === undefined ? finding : { ...known, objects: [...new Set([...(known.objects ?? []), ...objects])] },
    )
  }
  return [...groups.values()]
}

function placeOf(span: Span): string {
  return `${formatSpan(span)}:${span.column}`
}
