import type { Provenance } from './vault-state.ts'

/** Folders and names of what shows or tests a setup, and does not make one (spec/forms.md §2, "dead text"). */
const SHOWN =
  /(?:^|\/)(?:tests?|testdata|e2e|fixtures|examples?|archived?|docs\/plans)\/|_test\.[^/]*$|\.(?:bats|example)$/

/**
 * How much a place in Git counts when several speak of one name: 0 for what makes a Vault, 1 for what only shows how one is made
 * (tests, examples), 2 for documentation (Markdown, comments). The lowest that speaks of a name is heard (spec/forms.md §2).
 */
export function weakness(provenance: Provenance): 0 | 1 | 2 {
  if (provenance.from !== 'git') return 0
  if (provenance.form === 'markdown' || provenance.form === 'comment') return 2
  return isShownFile(provenance.span.file) ? 1 : 0
}

/** Whether the file is part of a test, an example or an archive. */
export function isShownFile(file: string): boolean {
  return SHOWN.test(file)
}
