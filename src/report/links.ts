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
  const { serverUrl, action } = ci
  const prefix = sourcePrefix(ci)
  return {
    rule: (id) =>
      action === undefined || serverUrl === undefined
        ? undefined
        : `${serverUrl}/${action.repository}/blob/${pathInUrl(action.ref)}/docs/rules/${encodeURIComponent(id)}.md`,
    source: (file, line) => (prefix === undefined ? undefined : `${prefix}${pathInUrl(file)}#L${line}`),
  }
}

/** What comes before a file's path in a link to it, as it was checked. */
export function sourcePrefix({ serverUrl, repository, sha }: Ci): string | undefined {
  return serverUrl === undefined || repository === undefined || sha === undefined
    ? undefined
    : `${serverUrl}/${repository}/blob/${sha}/`
}

/** A path as a part of a URL: each of its segments percent-encoded. */
export function pathInUrl(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
