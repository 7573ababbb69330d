/** A folder by whose name nothing there is presumed to be applied; it proves nothing else (applied.md §2.1 rule 5). */
const DEAD =
  /^(?:_archive|\.?archived?|old|deprecated|disabled|examples?|samples?|tests|docs|backup|attic|\.templates)$/

/** Whether a path lies in such a folder. */
export function hasDeadName(path: string): boolean {
  return foldersOf(path).some((part) => DEAD.test(part))
}

/** Whether somebody who asks for a folder means a repository of its own: an example, a fixture of a test. */
export function isRepositoryOfItsOwn(folder: string): boolean {
  return folder.split('/').some((part) => part === 'test' || DEAD.test(part))
}

function foldersOf(path: string): string[] {
  return path.split('/').slice(0, -1)
}
