const DEAD =
  /^(?:_archive|\.?archive|archived|old|deprecated|disabled|examples?|samples?|tests?|docs|backup|attic|\.templates)$/

/**
 * Whether a path lies in a folder by whose name nothing there is presumed to be applied; it proves nothing else (applied.md §2.1 rule 5).
 * Somebody who asks for such a folder means a repository of its own.
 */
export function hasDeadName(path: string): boolean {
  return path
    .split('/')
    .slice(0, -1)
    .some((part) => DEAD.test(part))
}
