import type { AppliedBy } from '../model/applied.ts'
import type { Finding, RelatedPlace } from '../model/finding.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Span } from '../model/span.ts'
import { andOthers, nameManifest } from '../model/wording.ts'
import type { RuleFinding } from './rule.ts'

/**
 * A base that twenty overlays use is twenty objects and one line. What is wrong with that line is one finding: findings of one
 * rule at one place that say the same of different objects become one, with all the objects. What an overlay makes otherwise
 * (another path, another rule that decides) is another cause and stays apart.
 */
export function foldObjects(findings: Iterable<RuleFinding>): RuleFinding[] {
  const groups = new Map<string, RuleFinding>()
  for (const finding of findings) {
    const key = causeOf(finding)
    const known = groups.get(key)
    groups.set(key, known === undefined ? finding : merge(known, finding))
  }
  return [...groups.values()]
}

/** The finding as reports show it: it names its first object, counts the others, and names the roots that apply them. */
export function asFinding(finding: RuleFinding): Finding {
  const { objects = [], message } = finding
  const [first, ...others] = new Map(objects.map((object) => [nameManifest(object), object])).values()
  return {
    ...finding,
    message:
      typeof message === 'string'
        ? message
        : message(first === undefined ? '' : `${nameManifest(first)}${andOthers(others)}`),
    related: together([...finding.related, ...madeOf(finding.span, objects)], rootsOf(objects)),
  }
}

/** What else made what stands there: of what a chart makes, the values beside the template, and the other way round. */
function madeOf(span: Span, objects: readonly Manifest[]): RelatedPlace[] {
  return objects.flatMap((object) => object.relatedTo?.(span) ?? []).slice(0, MOST_MADE)
}

/** So many places are named: twenty releases have twenty files of values. */
const MOST_MADE = 6

/** The roots that apply these objects, where there are several. */
function rootsOf(objects: readonly Manifest[]): RelatedPlace[] {
  const roots = new Map<string, AppliedBy>()
  for (const { origin } of objects)
    for (const root of origin.appliedBy) roots.set(`${root.kind} ${root.name} ${root.span.file}`, root)
  if (roots.size < 2) return []
  return [...roots.values()].map(({ kind, name, span }) => ({ span, message: `${kind} ${name} applies it` }))
}

function causeOf({ rule, span, message, objects = [] }: RuleFinding): string {
  const said = typeof message === 'string' ? message : message(objects[0]?.kind ?? '')
  return JSON.stringify([rule, span.file, span.line, span.column, said])
}

function merge(one: RuleFinding, other: RuleFinding): RuleFinding {
  const objects = [...new Set([...(one.objects ?? []), ...(other.objects ?? [])])]
  return { ...one, related: together(one.related, other.related), ...(objects.length === 0 ? {} : { objects }) }
}

function together(places: readonly RelatedPlace[], more: readonly RelatedPlace[]): RelatedPlace[] {
  const seen = new Map<string, RelatedPlace>()
  for (const place of [...places, ...more]) {
    const key = `${place.span.file}:${place.span.line}:${place.span.column} ${place.message}`
    if (!seen.has(key)) seen.set(key, place)
  }
  return [...seen.values()]
}
