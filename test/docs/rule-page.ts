/**
 * The parts of a rule's page that are made: what the terminal prints of the example, and what to change in its files. Everything
 * else is written by hand, and stays as it is.
 */

/** The files that a section of a page shows: each block behind a line `<!-- file: name -->`. */
export function filesOf(page: string, heading: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const match of sectionOf(page, heading).matchAll(/<!-- file: (.+?) -->\n(`{3,})\w*\n([\s\S]*?)\n\2/g)) {
    files.set(match[1] as string, `${match[3]}\n`)
  }
  return files
}

function sectionOf(page: string, heading: string): string {
  return page.split(`\n## ${heading}\n`)[1]?.split(/\n## (?=[A-Z])/)[0] ?? ''
}

/** What a new page begins with: its head, and the files of the rule's fixtures where a section shows none. */
export function withBeginnings(
  page: string,
  rule: { readonly id: string; readonly title: string; readonly severity: string; readonly needs: string },
  fixtures: { readonly bad: ReadonlyMap<string, string>; readonly good: ReadonlyMap<string, string> },
): string {
  const head = `# ${rule.id}\n`
  const headed = /^Severity: /m.test(page)
    ? page
    : page.replace(head, () => `${head}\n${rule.title}.\n\nSeverity: ${rule.severity} · needs: ${rule.needs}\n`)
  return withFiles(withFiles(headed, 'Example', fixtures.bad), 'Write instead', fixtures.good)
}

function withFiles(page: string, heading: string, files: ReadonlyMap<string, string>): string {
  if (filesOf(page, heading).size > 0) return page
  const blocks = [...files].map(
    ([name, text]) => `<!-- file: ${name} -->\n\`\`\`${name.split('.').at(-1)}\n${withoutMarks(text)}\`\`\`\n`,
  )
  return page.replace(`\n## ${heading}\n`, () => `\n## ${heading}\n\n${blocks.join('\n')}`)
}

/** A fixture says at the end of a line what must be reported there. */
function withoutMarks(text: string): string {
  return text.replaceAll(/ *(?:#|\/\/|<!--) expect: .*$/gm, '')
}

/** The page with its two made parts as they should be; the files themselves are folded away behind them. */
export function withMadeParts(page: string, parts: { readonly printed: string; readonly diff: string }): string {
  const example = withMade(page, 'Example', `\`\`\`text\n${parts.printed}\n\`\`\``)
  return withMade(example, 'Write instead', `\`\`\`diff\n${parts.diff}\n\`\`\``)
}

const FOLD = '<details>\n<summary>The files</summary>'
const [BEGIN, END] = ['<!-- made -->', '<!-- /made -->']

function withMade(page: string, heading: string, made: string): string {
  const section = sectionOf(page, heading)
  const byHand = section
    .replace(new RegExp(`${BEGIN}[\\s\\S]*?${END}\\n*`), '')
    .replace(FOLD, '')
    .replace('</details>', '')
    .trim()
  // What is said before the files stays in sight.
  const files = Math.max(0, byHand.indexOf('<!-- file: '))
  const lead = byHand.slice(0, files).trim()
  const whole = `${lead === '' ? '' : `\n${lead}\n`}\n${BEGIN}\n${made}\n${END}\n\n${FOLD}\n\n${byHand.slice(files)}\n\n</details>\n`
  // A function: `$` in a text would mean something to `replace`.
  return page.replace(`\n## ${heading}\n${section}`, () => `\n## ${heading}\n${whole}`)
}

/** Lines of context around a change. */
const CONTEXT = 2

/** What turns one set of files into the other, file by file, with a little around each change. */
export function diffOf(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return names
    .flatMap((name) => {
      const hunks = lineDiff(linesOf(before.get(name)), linesOf(after.get(name)))
      return hunks.some((line) => line.startsWith('+') || line.startsWith('-'))
        ? [[`  ${name}`, ...hunks].join('\n')]
        : []
    })
    .join('\n\n')
}

function linesOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.replace(/\n$/, '').split('\n')
}

function lineDiff(before: readonly string[], after: readonly string[]): string[] {
  const all = aligned(before, after)
  const near = all.map((_, at) => all.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some((one) => one[0] !== ' '))
  return all.flatMap((line, at) => (near[at] === true ? [line] : near[at - 1] === true ? ['  …'] : []))
}

/** The longest common lines stay; what is only before comes first. */
function aligned(before: readonly string[], after: readonly string[]): string[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0))
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = lengths[i] as number[]
      row[j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push(`  ${before[i]}`.trimEnd())
      i += 1
      j += 1
    } else if (i < before.length && (j === after.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`- ${before[i]}`.trimEnd())
      i += 1
    } else {
      lines.push(`+ ${after[j]}`.trimEnd())
      j += 1
    }
  }
  return lines
}
