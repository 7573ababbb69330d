import { readFileSync } from 'node:fs'

/**
 * What a rule's page says, as Markdown for whoever shows it beside a finding: what it finds, what happens, its limits. The page lies
 * beside the program, in a checkout of the action as in the package; `undefined` where it does not.
 */
export function rulePage(id: string): string | undefined {
  let page: string
  try {
    // As far above this file in `src/report` as above the bundle in `dist/lib`.
    page = readFileSync(new URL(`../../docs/rules/${encodeURIComponent(id)}.md`, import.meta.url), 'utf8')
  } catch {
    return undefined
  }
  const sections = page
    .split(/^(?=## )/m)
    .filter((section) => /^## (?:What it finds|What happens|Limits)$/m.test(section.split('\n', 1)[0] ?? ''))
  // Relative links lead nowhere from there.
  return sections.length === 0
    ? undefined
    : sections
        .join('')
        .replace(/\[([^\]]+)\]\((?!https?:)[^)]*\)/g, '$1')
        .trim()
}
