import type { Ci } from '../settings/environment.ts'

/** Where the words of a report lead to; without an answer the words stay words. */
export interface Links {
  /** The page that explains a rule. */
  rule(id: string): string | undefined
  /** A line of the repository, as it was checked. */
  source(file: string, line: number): string | undefined
}

export const NO_LINKS: Links = { rule: () => undefined, source: () => undefined }

/** Links for a run in Actions; rule pages are those of the very version that runs. */
export function linksOf(ci: Ci): Links {
  const { serverUrl, repository, sha, action } = ci
  return {
    rule: (id) =>
      action === undefined || serverUrl === undefined
        ? undefined
        : `${serverUrl}/${action.repository}/blob/${segments(action.ref)}/docs/rules/${encodeURIComponent(id)}.md`,
    source: (file, line) =>
      serverUrl === undefined || repository === undefined || sha === undefined
        ? undefined
        : `${serverUrl}/${repository}/blob/${sha}/${segments(file)}#L${line}`,
  }
}

function segments(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
