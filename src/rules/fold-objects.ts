import type { AppliedBy } from '../model/applied.ts'
import type { Finding, Fix, RelatedPlace } from '../model/finding.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Span } from '../model/span.ts'
import { andOthers, asSentence, nameManifest, nameTogether, upper } from '../model/wording.ts'
import { fitHeadline } from './fit-headline.ts'
import type { RuleFinding, Said } from './rule.ts'

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
  const { objects = [], message, headline, why, remark, fix, ...rest } = finding
  const [first, ...others] = new Map(objects.map((object) => [nameManifest(object), object])).values()
  const name = first === undefined ? '' : nameManifest(first)
  const more = first === undefined ? '' : andOthers(others, first)
  const all = `${name}${more}`
  const head = headline === undefined ? undefined : said(headline, quoted(first))
  const because = why === undefined ? undefined : asSentence(said(why, all))
  const says = finding.chain?.find(({ is }) => is === 'broken')?.says
  return {
    ...rest,
    ...(finding.objects === undefined ? {} : { objects }),
    headline: fitHeadline(head ?? said(message ?? '', all)),
    ...(because === undefined ? {} : { why: because }),
    message: [
      head === undefined
        ? said(message ?? '', all)
        : asSentence(
            `${head}${first !== undefined && typeof headline === 'string' && !head.includes(name) ? ` (${nameTogether(first, others)})` : more}`,
          ),
      ...(says === undefined ? [] : [asSentence(upper(says))]),
      ...(because === undefined ? [] : [because]),
      ...(remark === undefined ? [] : [remark]),
    ].join(' '),
    ...(remark === undefined ? {} : { remark }),
    ...(fix === undefined ? {} : { fix: typeof fix === 'string' ? asFix(fix) : fix }),
    related: together([...finding.related, ...madeOf(finding.span, objects)], rootsOf(objects)),
  }
}

function said(text: Said, object: string): string {
  return typeof text === 'string' ? text : text(object)
}

/** Kind and name, the name in backticks: that is what a headline shortens. */
function quoted(object: Manifest | undefined): string {
  if (object === undefined) return ''
  const { kind } = object
  return `${kind} \`${nameManifest(object).slice(kind.length + 1)}\``
}

/** Advice; where lines to paste follow in the text, they are the text of the fix. */
function asFix(fix: string): Fix {
  const [lead = '', ...lines] = fix.split('\n')
  const clause = lead.replace(/[.:]$/, '').replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())
  return lines.length === 0
    ? { lead: clause, kind: 'advice' }
    : { lead: clause, kind: 'insert', language: 'text', text: lines.join('\n') }
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

function causeOf({ rule, span, message, headline, why, does, remark, objects = [] }: RuleFinding): string {
  const object = objects[0]?.kind ?? ''
  const texts = [headline, why, message].map((text) => (text === undefined ? '' : said(text, object)))
  return JSON.stringify([rule, span.file, span.line, span.column, ...texts, does, remark])
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
