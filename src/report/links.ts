import type { Ci } from '../settings/environment.ts'
import { forgeOf } from './forge.ts'

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
  const elsewhere = forgeOf(ci).kind === 'gitea'
  const prefix = sourcePrefix(ci)
  return {
    rule: (id) =>
      // Forgejo and Gitea take actions from other servers than their own, and do not say from which.
      action === undefined || serverUrl === undefined || elsewhere
        ? undefined
        : `${serverUrl}/${action.repository}/blob/${pathInUrl(action.ref)}/docs/rules/${encodeURIComponent(id)}.md`,
    source: (file, line) => (prefix === undefined ? undefined : `${prefix}${pathInUrl(file)}#L${line}`),
  }
}

/** What comes before a file's path in a link to it, as it was checked. */
export function sourcePrefix(ci: Ci): string | undefined {
  const { serverUrl, repository, sha } = ci
  return serverUrl === undefined || repository === undefined || sha === undefined
    ? undefined
    : `${serverUrl}/${repository}/${forgeOf(ci).sources}/${sha}/`
}

/** A path as a part of a URL: each of its segments percent-encoded. */
export function pathInUrl(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
