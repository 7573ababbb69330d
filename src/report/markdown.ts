import { oneLine, plainText } from './plain-text.ts'

/**
 * Markdown out of text that nobody trusts. `core.summary` escapes nothing (platform.md §1.2), and a manifest's text could else
 * mention people, close issues, load an image as a beacon or end our `<details>` (platform.md §7 threat 8).
 */

/** Text as an inline code span: nothing in it is interpreted. In a table, say `inTable`: there a pipe ends the cell even in code. */
export function code(text: string, inTable = false): string {
  const line = oneLine(text)
  if (line === '') return '` `'
  const fence = '`'.repeat(longestRun(line, '`') + 1)
  // One space beside a backtick is stripped again; text that starts and ends with a space needs it to keep its own.
  const pad = line.startsWith('`') || line.endsWith('`') || (line.startsWith(' ') && line.endsWith(' ')) ? ' ' : ''
  const span = `${fence}${pad}${line}${pad}${fence}`
  return inTable ? span.replaceAll('|', '\\|') : span
}

/** Lines as a code block that nothing in them can end. */
export function codeBlock(text: string, language = ''): string {
  const body = plainText(text).replace(/\n+$/, '')
  const fence = '`'.repeat(Math.max(3, longestRun(body, '`') + 1))
  return `${fence}${language}\n${body}\n${fence}`
}

/**
 * Text as prose. Markdown and HTML are escaped; `@name`, `#12`, `GH-12` and addresses get a zero-width space where GitHub would
 * otherwise make a mention or a link of them, because it looks for those after escapes are resolved. Text in backticks, as our
 * own messages quote values, becomes a code span.
 */
export function prose(text: string, inTable = false): string {
  return oneLine(text)
    .split(/(`[^`]+`)/)
    .map((part, i) => (i % 2 === 1 ? code(part.slice(1, -1), inTable) : escapeText(part)))
    .join('')
}

function escapeText(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replace(/[\\`*_[\]#|~$]/g, '\\$&')
      // Lists, rules and underlined headings begin at the start of a line only.
      .replace(/^(\s*)([-+=])/, '$1\\$2')
      .replace(/^(\s*\d+)([.)])/, '$1\\$2')
      .replace(/@(?=\S)/g, '@\u200b')
      .replace(/\\#(?=\d)/g, '\\#\u200b')
      .replace(/\b(GH-)(?=\d)/gi, '$1\u200b')
      .replace(/:\/\//g, ':\u200b//')
      .replace(/\bwww\./gi, 'www\u200b.')
  )
}

/** A link; the text is Markdown that is already safe. Only `https:`, `http:` and relative addresses become links. */
export function link(markdown: string, address: string | undefined): string {
  if (address === undefined || !/^(?:https?:\/\/|[^:]*$)/.test(address)) return markdown
  return `[${markdown}](${address.replace(/[\s()<>[\]"'\\`]/g, (char) => percentEncoded(char))})`
}

function percentEncoded(char: string): string {
  return [...new TextEncoder().encode(char)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('')
}

/** Attribute and text of our own HTML. */
export function html(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function longestRun(text: string, char: string): number {
  let longest = 0
  let run = 0
  for (const each of text) {
    run = each === char ? run + 1 : 0
    if (run > longest) longest = run
  }
  return longest
}
