import { globTest } from '../files/glob.ts'
import type { Comment } from '../files/yaml/yaml-document.ts'
import type { Finding, IgnoredFinding, UselessIgnore } from '../model/finding.ts'
import type { Span } from '../model/span.ts'
import { vaultPathTest } from '../model/vault-path-glob.ts'
import type { ConfigIgnore } from './config-file.ts'

/** Rules that no ignore takes out: an ignore that does nothing must not hide that it does nothing. */
const NOT_IGNORABLE: readonly string[] = ['ignore-unused']

/** `# eso-vault: ignore[rule-a, rule-b] reason`, or with a last day: `ignore[rule-a] until: 2027-01-31 reason`. */
export interface InlineIgnore {
  readonly file: string
  readonly rules: readonly string[]
  /** Empty: the reason is missing, and the ignore does not count. */
  readonly reason: string
  /** Last day on which it counts, as it is written. */
  readonly until: string | undefined
  /** The line whose findings it takes out: its own, or the one below when it stands alone. */
  readonly covers: number
  /** The comment's line, for findings about the ignore itself. */
  readonly span: Span
}

export interface AppliedIgnores {
  readonly kept: readonly Finding[]
  readonly ignored: readonly IgnoredFinding[]
  readonly unused: readonly UselessIgnore[]
}

export interface IgnoreContext {
  /** `YYYY-MM-DD` in UTC. */
  readonly today: string
  /** Every rule's id. */
  readonly rules: readonly string[]
  /** Whether the rule had its say in this run. An ignore for a live rule is not unused because no server was asked. */
  readonly ran?: (rule: string) => boolean
}

/** The ignores among the comments of a YAML file (`ParsedYamlFile.comments()`). */
export function inlineIgnores(file: string, comments: readonly Comment[]): InlineIgnore[] {
  // Comments may stand on each other: the line below is the first that is not one of them. Read from the last line up, so that a file
  // of comments costs each of them once.
  const below = new Map<number, number>()
  for (const { line, alone } of [...comments].sort((a, b) => b.line - a.line)) {
    if (alone) below.set(line, below.get(line + 1) ?? line + 1)
  }
  const found: InlineIgnore[] = []
  for (const comment of comments) {
    const match = /^eso-vault:\s*ignore\s*\[([^\]]*)\]\s*(.*)$/s.exec(comment.text)
    if (match === null) continue
    const { until, reason } = datedReason((match[2] as string).trim())
    found.push({
      file,
      rules: (match[1] as string)
        .split(',')
        .map((rule) => rule.trim())
        .filter((rule) => rule !== ''),
      reason,
      until,
      covers: comment.alone ? (below.get(comment.line) ?? comment.line) : comment.line,
      span: { file, line: comment.line, column: 1, endLine: comment.line, endColumn: 1 },
    })
  }
  return found
}

/** `until: 2027-01-31 reason`, with or without the colon. */
function datedReason(text: string): { readonly until: string | undefined; readonly reason: string } {
  const dated = /^until\b[\s:=]*([0-9][\w/.-]*)[\s,;]*(.*)$/is.exec(text)
  const reason = (dated?.[2] ?? text).replace(/^[-–—:]+\s*/, '').trim()
  return { until: dated?.[1], reason }
}

/** The ignores in a text that is no YAML (policies, shell, Terraform): comments that start with `#` or `//`. */
export function inlineIgnoresInText(file: string, text: string): InlineIgnore[] {
  if (!text.includes('eso-vault:')) return []
  const comments: Comment[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const match = /^(.*?)(?:#|\/\/)\s*(eso-vault:.*)$/.exec(line)
    const bare = /^\s*(?:#|\/\/)/.test(line)
    if (match !== null) comments.push({ line: index + 1, text: (match[2] as string).trim(), alone: bare })
    else if (bare) comments.push({ line: index + 1, text: '', alone: true })
  }
  return inlineIgnores(file, comments)
}

/**
 * Takes out the findings that somebody gave a reason to ignore. A finding about several Vault paths is only taken out by a config
 * entry that matches all of them: the others would be lost otherwise.
 */
export function applyIgnores(
  findings: readonly Finding[],
  inline: readonly InlineIgnore[],
  config: readonly ConfigIgnore[],
  context: IgnoreContext,
): AppliedIgnores {
  const entries = [...inline.flatMap(commentEntries), ...config.map(configEntry)]
  const useless = new Map<Entry, UselessIgnore>()
  for (const entry of entries) {
    const problem = problemOf(entry, context)
    if (problem !== undefined) useless.set(entry, problem)
  }
  const usable = byRule(entries.filter((entry) => !useless.has(entry)))
  const used = new Set<Entry>()
  const kept: Finding[] = []
  const ignored: IgnoredFinding[] = []
  for (const finding of findings) {
    const matching = (usable.get(finding.rule)?.of(finding) ?? []).filter((entry) => entry.matches(finding))
    for (const entry of matching) used.add(entry)
    const first = matching[0]
    if (first === undefined) kept.push(finding)
    else ignored.push({ finding, reason: first.reason, by: first.by })
  }
  const unused = entries.flatMap((entry) => {
    const problem = useless.get(entry)
    if (problem !== undefined) return [problem]
    if (used.has(entry) || context.ran?.(entry.rule) === false) return []
    const headline = `Ignore of \`${entry.rule}\` matches nothing`
    return [uselessIgnore(entry, 'matches-nothing', headline, 'remove the ignore')]
  })
  return { kept, ignored, unused }
}

/** Entries by rule, and comments by the line that they cover: a file may hold thousands of them, and findings too. */
function byRule(
  entries: readonly Entry[],
): ReadonlyMap<string, { readonly of: (finding: Finding) => readonly Entry[] }> {
  const rules = new Map<
    string,
    { everywhere: Entry[]; lines: Map<string, Entry[]>; of: (finding: Finding) => Entry[] }
  >()
  for (const entry of entries) {
    let rule = rules.get(entry.rule)
    if (rule === undefined) {
      const everywhere: Entry[] = []
      const lines = new Map<string, Entry[]>()
      const of = ({ span }: Finding) => [...(lines.get(`${span.line} ${span.file}`) ?? []), ...everywhere]
      rule = { everywhere, lines, of }
      rules.set(entry.rule, rule)
    }
    if (entry.covers === undefined) rule.everywhere.push(entry)
    else {
      const place = `${entry.covers} ${entry.span.file}`
      const known = rule.lines.get(place)
      if (known === undefined) rule.lines.set(place, [entry])
      else known.push(entry)
    }
  }
  return rules
}

interface Entry {
  /** The one line whose findings it takes out; `undefined`: it may be any. */
  readonly covers: number | undefined
  readonly rule: string
  readonly reason: string
  readonly by: 'comment' | 'config'
  readonly until: string | undefined
  readonly span: Span
  matches(finding: Finding): boolean
}

function commentEntries(ignore: InlineIgnore): Entry[] {
  const rules = ignore.rules.length === 0 ? [''] : ignore.rules
  return rules.map((rule) => ({
    rule,
    reason: ignore.reason,
    by: 'comment',
    until: ignore.until,
    span: ignore.span,
    covers: ignore.covers,
    matches: (finding) => finding.span.file === ignore.file && finding.span.line === ignore.covers,
  }))
}

function configEntry({ rule, path, file, reason, until, span }: ConfigIgnore): Entry {
  const fileFits = file === undefined ? () => true : globTest(file, 'ignore.file')
  const pathFits = path === undefined ? undefined : vaultPathTest(path)
  return {
    rule,
    reason,
    by: 'config',
    until,
    span,
    covers: undefined,
    matches(finding) {
      if (!fileFits(finding.span.file)) return false
      if (pathFits === undefined) return true
      const paths = finding.vaultPaths ?? []
      return paths.length > 0 && paths.every(pathFits)
    },
  }
}

function problemOf(entry: Entry, { today, rules }: IgnoreContext): UselessIgnore | undefined {
  const { rule, until } = entry
  if (rule === '') {
    return uselessIgnore(entry, 'unknown-rule', 'Ignore names no rule', 'write `ignore[rule-id] reason`')
  }
  if (!rules.includes(rule)) {
    return uselessIgnore(entry, 'unknown-rule', `Ignore names \`${rule}\`, and there is no such rule`, 'name a rule')
  }
  if (NOT_IGNORABLE.includes(rule)) {
    return uselessIgnore(entry, 'not-ignorable', `\`${rule}\` cannot be ignored`, 'remove the ignore')
  }
  if (entry.reason === '') {
    const headline = `Ignore of \`${rule}\` gives no reason and does not count`
    return uselessIgnore(entry, 'no-reason', headline, 'write a reason behind the bracket')
  }
  if (until !== undefined && !isDate(until)) {
    const headline = `Ignore of \`${rule}\` has no valid date: \`${until}\``
    return uselessIgnore(entry, 'expired', headline, 'write `until: YYYY-MM-DD`')
  }
  if (until !== undefined && until < today) {
    const headline = `Ignore of \`${rule}\` expired on ${until}`
    return uselessIgnore(entry, 'expired', headline, 'remove it, or give it a new date and reason')
  }
  return undefined
}

/** A day that there is: `2027-02-30` is none. */
function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

function uselessIgnore(entry: Entry, why: UselessIgnore['why'], headline: string, fix: string): UselessIgnore {
  return { why, rule: entry.rule, by: entry.by, span: entry.span, headline, fix }
}
