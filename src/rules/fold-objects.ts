import type { Finding, RelatedPlace } from '../model/finding.ts'
import type { AppliedBy, Manifest } from '../model/manifest.ts'
import { andOthers, nameManifest } from '../model/wording.ts'

/**
 * A base that twenty overlays use is one line and twenty objects. What is wrong with that line is one finding: findings of one
 * rule at one place that say the same of different objects become one, which counts the objects and names the roots that apply
 * them. What an overlay makes otherwise (another path, another rule that decides) is another cause and stays apart.
 */
export function foldObjects(findings: Iterable<Finding>): Finding[] {
  const groups = new Map<string, Finding>()
  for (const finding of findings) {
    const key = causeOf(finding)
    const known = groups.get(key)
    groups.set(key, known === undefined ? finding : merge(known, finding))
  }
  return [...groups.values()].map(told)
}

/** The roots that apply these objects, where there are several. */
export function rootsOf(objects: readonly Manifest[]): RelatedPlace[] {
  const roots = new Map<string, AppliedBy>()
  for (const { origin } of objects)
    for (const root of origin.appliedBy) roots.set(`${root.kind} ${root.name} ${root.span.file}`, root)
  if (roots.size < 2) return []
  return [...roots.values()].map(({ kind, name, span }) => ({ span, message: `${kind} ${name} applies it` }))
}

function causeOf({ rule, span, message, objects = [] }: Finding): string {
  const said = objects[0] === undefined ? message : message.replaceAll(nameManifest(objects[0]), objects[0].kind)
  return `${rule} ${span.file}:${span.line}:${span.column} ${said}`
}

function merge(one: Finding, other: Finding): Finding {
  const objects = [...new Set([...(one.objects ?? []), ...(other.objects ?? [])])]
  return { ...one, related: together(one.related, other.related), ...(objects.length === 0 ? {} : { objects }) }
}

function told(finding: Finding): Finding {
  const { objects = [], message } = finding
  const [first, ...others] = new Map(objects.map((object) => [nameManifest(object), object])).values()
  if (first === undefined) return finding
  const name = nameManifest(first)
  const more = andOthers(others)
  return {
    ...finding,
    message: message.includes(`${name}${more}`) ? message : message.replace(name, () => `${name}${more}`),
    related: together(finding.related, rootsOf(objects)),
  }
}

function together(places: readonly RelatedPlace[], more: readonly RelatedPlace[]): RelatedPlace[] {
  const seen = new Map<string, RelatedPlace>()
  for (const place of [...places, ...more]) {
    const key = `${place.span.file}:${place.span.line}:${place.span.column} ${place.message}`
    if (!seen.has(key)) seen.set(key, place)
  }
  return [...seen.values()]
}
