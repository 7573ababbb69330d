const SCHEME = /^[a-z][a-z0-9+.-]*:(:|\/)/i
const ANY_URL = /:\/\//
const GITHUB = /^(?:git::)?(?:www\.)?(?:github\.com[/:]|gh:)/i
const USER_AT_HOST = /^(?:git::)?[^/\s@]+@[^/\s:]+[:/]/
const GIT_FORM = /(?:\.git(?:[/?#]|$))|(?:\/_git\/)|(?:[?&](?:ref|version|timeout|submodules)=)/i

/**
 * Whether kustomize would take a `resources`, `path` or `files` entry as an address and go to the network for it: it fetches
 * http(s) for any file entry and clones whatever parses as a Git address, before it looks for a local folder of that name.
 * Wider than kustomize's own test, so that a form it may learn later is refused as well (platform.md §7, threat 2).
 */
export function isRemoteAddress(entry: string): boolean {
  const text = entry.trim()
  return SCHEME.test(text) || ANY_URL.test(text) || GITHUB.test(text) || USER_AT_HOST.test(text) || GIT_FORM.test(text)
}

/** Whether an address leads to this machine's own files: never taken, not even where remote bases are allowed. */
export function isLocalAddress(entry: string): boolean {
  return /^(?:git::)?(?:file:|\/|\.{0,2}\/.*\.git(?:[/?#]|$))/i.test(entry.trim())
}
