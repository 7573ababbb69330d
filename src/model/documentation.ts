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
  return isShown(provenance) ? 1 : 0
}

/** Whether the place is in a test, an example or an archive. */
function isShown(provenance: Provenance): boolean {
  return provenance.from === 'git' && SHOWN.test(provenance.span.file)
}
