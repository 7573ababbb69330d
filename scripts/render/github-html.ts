/** Markdown as GitHub makes HTML of it: CommonMark with GitHub's extensions, by a library that is held against both specifications. */
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'

/**
 * The HTML of a report. In comments and issues GitHub makes each line break a break; in the summary of a job it does not. Reports are our
 * own, so their HTML (`details`, `sub`) is kept, as GitHub's sanitiser keeps it.
 */
export function githubHtml(markdown: string, lineBreaks: boolean): string {
  const plain = micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
  })
  // Alerts are GitHub's own and in neither specification.
  const html = plain.replace(
    /<p>\[!(WARNING|NOTE|CAUTION)\]\n/g,
    (_, kind: string) => `<p><b>${kind[0]}${kind.slice(1).toLowerCase()}</b></p>\n<p>`,
  )
  return lineBreaks ? html.replace(/<p>[\s\S]*?<\/p>/g, (block) => block.replaceAll('\n', '<br>\n')) : html
}

/** Words that a reader sees while all folds are closed. */
export function visibleWords(html: string): number {
  const text = html
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/<details>\s*<summary>([\s\S]*?)<\/summary>[\s\S]*?<\/details>/g, ' $1 ')
    .replace(/<[^>]*>/g, ' ')
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}
