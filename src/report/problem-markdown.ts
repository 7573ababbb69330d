import type { Fix, Hop, Severity } from '../model/finding.ts'
import type { FileLine } from '../model/span.ts'
import { counted, listed, nameManifest } from '../model/wording.ts'
import type { Part } from './join-within.ts'
import type { Links } from './links.ts'
import { code, codeBlock, html, link, prose } from './markdown.ts'
import { cut, oneLine, plainText } from './plain-text.ts'
import { type Place, type Problem, shortRemark } from './problems.ts'
import type { JudgedReference } from './report.ts'

/** Shapes differ, not only colours (reports.md §2). */
export const MARK: Readonly<Record<Severity | 'not-checked' | 'ok', string>> = {
  error: '❌',
  warning: '⚠️',
  note: 'ℹ️',
  'not-checked': '❓',
  ok: '✅',
}

/** Places of a fold that are named one by one; of more, folders are counted (reports.md §5). */
const NAMED = 50
const TEXT_LENGTH = 4000
/** A text to paste is shown whole or not at all: half a policy is worse than none. */
const FIX_LENGTH = 20_000

/** What a section of Markdown needs to know beside the problem. */
export interface MarkdownContext {
  readonly links: Links
  /** A file by its last parts, as few as tell it from the others; links have all of it. */
  readonly shortName: (file: string) => string
}

/** The context for all files of a report. */
export function markdownContext(files: Iterable<string>, links: Links): MarkdownContext {
  const short = shortNames(files)
  return { links, shortName: (file) => short.get(file) ?? file }
}

/** Last two parts of each file's path; more where two files would look the same. */
function shortNames(files: Iterable<string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  let left = [...new Set(files)]
  for (let parts = 2; left.length > 0; parts++) {
    const groups = new Map<string, string[]>()
    for (const file of left) {
      const name = file.split('/').slice(-parts).join('/')
      groups.set(name, [...(groups.get(name) ?? []), file])
    }
    left = []
    for (const [name, group] of groups) {
      const [only] = group
      if (only !== undefined && (group.length === 1 || parts > 40)) names.set(only, name)
      else left.push(...group)
    }
  }
  return names
}

/** All of one problem but its heading: where, why, the fix, and the places in a fold (reports.md §2). */
export function problemBody(problem: Problem, context: MarkdownContext): Part[] {
  const { places, chain, rule, fix, effects, shows } = problem
  // What a diff shows is not said again.
  const why = shows === undefined ? problem.why : undefined
  const lines: string[] = []
  const name = link(prose(rule), context.links.rule(rule))
  const [place] = places
  const extra = [
    ...(why === undefined ? [] : [prose(cut(why, TEXT_LENGTH))]),
    ...(chain.length > 0 ? [] : relatedText(place, context)),
  ].join(' ')
  const tail = ` · ${name}`
  if (places.length === 1) {
    lines.push(`${placeText(place, problem, context)}${extra === '' ? '' : `: ${extra}`}${tail}`)
    if (chain.length > 0) lines.push(chainText(chain, context))
  } else if (chain.length > 0) {
    if (extra !== '') lines.push(extra)
    lines.push(`${chainText(chain, context)}${tail}`)
  } else lines.push(extra === '' ? name : `${extra}${tail}`)
  if (effects.length > 0) lines.push(effectsText(effects, context))
  const { text, fold } = fix === undefined ? { text: '', fold: '' } : fixMarkdown(fix, context)
  const shown = shows === undefined ? '' : `${codeBlock(plainText(cut(shows.text, FIX_LENGTH)), shows.language)}\n\n`
  const head = `${shown}${lines.join('\n\n')}\n\n${text}${fold}`
  return [{ head, items: [], more: () => '' }, ...placesParts(problem, context)]
}

const RELATED = 3

/** Where the other end is, where no chain leads there. */
function relatedText({ finding: { related } }: Place, context: MarkdownContext): string[] {
  const shown = related
    .slice(0, RELATED)
    .map(({ span, message }) => `${at(span, context)} (${prose(cut(message, 200))})`)
  return shown.length === 0 ? [] : [`See ${listed(shown)}.`]
}

/** `### ❌ Secret … does not exist`. */
export function problemHeading({ severity, headline }: Pick<Problem, 'severity' | 'headline'>, level = '###'): string {
  return `${level} ${MARK[severity]} ${prose(headline)}\n\n`
}

/** `store vault ✅ → role eso ✅ → policy eso ❌ no rule covers it`: one line that wraps, each name at its place. */
function chainText(chain: readonly Hop[], { links }: MarkdownContext): string {
  return chain
    .map(({ of, name, is, at, says }) => {
      const mark = is === 'ok' ? MARK.ok : is === 'broken' ? MARK.error : MARK['not-checked']
      const named = link(code(name), at === undefined ? undefined : links.source(at.file, at.line))
      return `${of} ${named} ${mark}${says === undefined ? '' : ` ${prose(cut(says, TEXT_LENGTH))}`}`
    })
    .join(' → ')
}

/** A place as a link: `app/externalsecret.yaml:16`. */
export function at({ file, line }: FileLine, { links, shortName }: MarkdownContext, short = false): string {
  return link(code(short ? `:${line}` : `${shortName(file)}:${line}`), links.source(file, line))
}

const ADDED: Readonly<Record<NonNullable<Place['age']>, string>> = {
  own: ', changed in this pull request',
  broken: '',
  older: ', broken before this pull request',
}

/** Kind and name of an object, the name in bold. */
function objectText(name: string): string {
  const space = name.indexOf(' ')
  return `${prose(name.slice(0, space))} **${prose(name.slice(space + 1))}**`
}

function placeText(place: Place, { headline }: Problem, context: MarkdownContext): string {
  const { finding, objects, age } = place
  const [first, ...others] = objects
  const more = others.length === 0 ? '' : ` and ${counted(others.length, 'more object')}`
  const object =
    first === undefined || headline.includes(first.slice(first.indexOf(' ') + 1)) ? '' : `${objectText(first)}${more}, `
  const { remark } = finding
  return `${object}${at(finding.span, context)}${age === undefined ? '' : ADDED[age]}${remark === undefined ? '' : `. ${prose(cut(remark, TEXT_LENGTH)).replace(/\.$/, '')}`}`
}

function effectsText(effects: readonly Place[], context: MarkdownContext): string {
  const shown = effects.slice(0, 5).map(({ finding }) => {
    const does = finding.does === undefined ? '' : ` ${prose(finding.does)}`
    return `${at(finding.span, context)}${does}`
  })
  if (effects.length > shown.length) shown.push(`${effects.length - shown.length} more`)
  return `**Denied now:** ${listed(shown)}`
}

/** The fix in sight, and another way in a fold. */
function fixMarkdown(fix: Fix, context: MarkdownContext): { readonly text: string; readonly fold: string } {
  const { or } = fix
  const other =
    or?.text === undefined ? '' : `<details><summary>or ${html(or.lead)}</summary>\n\n${fence(or)}</details>\n\n`
  const advice = or !== undefined && or.text === undefined ? `or ${prose(or.lead)}\n\n` : ''
  const where = fix.at === undefined ? '' : ` (${at(fix.at, context)})`
  const note = fix.note === undefined ? '' : `${prose(cut(fix.note, TEXT_LENGTH))}\n\n`
  return { text: `**Fix:** ${prose(cut(fix.lead, TEXT_LENGTH))}${where}\n\n${fence(fix)}${note}${advice}`, fold: other }
}

function fence({ text, language }: Fix): string {
  if (text === undefined) return ''
  if (text.length > FIX_LENGTH) return `${counted(text.split('\n').length, 'line')}, in the JSON report.\n\n`
  return `${codeBlock(plainText(text), language === 'text' ? '' : (language ?? ''))}\n\n`
}

/** The places of a problem that has several, and the references that it breaks elsewhere; each list in a fold. */
function placesParts(problem: Problem, context: MarkdownContext): Part[] {
  const { places, references } = problem
  const parts: Part[] = []
  if (places.length > 1) {
    const aged = places.some(({ age }) => age !== undefined)
    const groups = aged
      ? ([
          ['Changed in this pull request', places.filter(({ age }) => age === 'own')],
          ['Worked before this pull request', places.filter(({ age }) => age === 'broken')],
          ['Broken before this pull request', places.filter(({ age }) => age === 'older')],
        ] as const)
      : ([['', places]] as const)
    for (const [title, group] of groups) {
      if (group.length === 0) continue
      const items = placeItems(group, context)
      const open = aged && title.startsWith('Changed') && group.length <= 5
      const label = title === '' ? countPlaces(group, references) : `${title} (${group.length})`
      parts.push(open ? { head: `**${label}**\n\n`, items, tail: '\n', more } : fold(label, items))
    }
  }
  const shown = new Set(places.map(({ finding }) => lineOf(finding.span)))
  const elsewhere = references.filter(({ reference }) => !shown.has(lineOf(reference.span)))
  const effects = new Set(problem.effects.map(({ finding }) => lineOf(finding.span)))
  const rest = elsewhere.filter(({ reference }) => !effects.has(lineOf(reference.span)))
  if (rest.length > 0) parts.push(fold(counted(rest.length, 'reference'), referenceItems(rest, context)))
  return parts
}

function countPlaces(places: readonly Place[], references: readonly JudgedReference[]): string {
  const objects = new Set(places.flatMap((place) => place.objects))
  const what = references.length >= places.length ? 'reference' : 'place'
  return objects.size > 0 && objects.size < places.length
    ? `${counted(places.length, what)} in ${counted(objects.size, 'object')}`
    : counted(places.length, what)
}

/** One line an object: its places, and what it does there once. */
function placeItems(places: readonly Place[], context: MarkdownContext): string[] {
  if (places.length > NAMED) return folderItems(places.map(({ finding }) => finding.span.file))
  const groups = new Map<string, Place[]>()
  for (const place of places) {
    const { finding, objects } = place
    const key = JSON.stringify([objects[0], finding.span.file, finding.does, finding.remark])
    groups.set(key, [...(groups.get(key) ?? []), place])
  }
  return [...groups.values()].map((group) => {
    const [first] = group as [Place]
    const { finding, objects } = first
    const [name, ...others] = objects
    const lines = group.map(({ finding: { span } }, index) => at(span, context, index > 0))
    const object =
      name === undefined ? '' : `${objectText(name)}${others.length === 0 ? '' : ` and ${others.length} more`}, `
    const does = finding.does === undefined ? '' : `: ${prose(cut(finding.does, TEXT_LENGTH))}`
    const said = shortRemark(first)
    const remark = said === undefined ? '' : `. ${prose(cut(said, TEXT_LENGTH))}`
    return `- ${object}${listed(lines)}${does}${remark}\n`
  })
}

function referenceItems(references: readonly JudgedReference[], context: MarkdownContext): string[] {
  if (references.length > NAMED) return folderItems(references.map(({ reference }) => reference.span.file))
  return references.map(
    ({ reference }) => `- ${objectText(nameManifest(reference.manifest))}, ${at(reference.span, context)}\n`,
  )
}

/** Folders with counts, the fullest first. */
export function folderItems(files: readonly string[]): string[] {
  const folders = new Map<string, number>()
  for (const file of files) {
    const folder = file.split('/').slice(0, -1).join('/') || '.'
    folders.set(folder, (folders.get(folder) ?? 0) + 1)
  }
  return [...folders].sort(([, a], [, b]) => b - a).map(([folder, count]) => `- ${code(oneLine(folder))}: ${count}\n`)
}

export function fold(title: string, items: readonly string[], head = ''): Part {
  return {
    head: `<details><summary>${html(title)}</summary>\n\n${head}`,
    items,
    tail: '\n</details>\n\n',
    more: (left) => `\n${left} more in the JSON report.\n`,
  }
}

function more(left: number): string {
  return `- and ${left} more\n`
}

function lineOf({ file, line }: FileLine): string {
  return `${file}:${line}`
}

/** A list with a title in bold. */
export function list(head: string, items: readonly string[]): Part {
  return { head, items, tail: items.length > 0 ? '\n' : '', more }
}
