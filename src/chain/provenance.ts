import type { Span } from '../model/span.ts'
import type { Provenance } from '../model/vault-state.ts'

/** Where a fact is written, if it is written anywhere; the server has no lines. */
export function spanOfProvenance(provenance: Provenance): Span | undefined {
  switch (provenance.from) {
    case 'git':
      return provenance.span
    case 'config':
      return provenance.span
    case 'manifests':
      return provenance.spans[0]
    case 'vault':
    case 'snapshot':
      return undefined
  }
}

/** `in docs/vault.md`, `on the server`: for the middle of a sentence. */
export function nameProvenance(provenance: Provenance): string {
  // The report says as of when.
  if (provenance.from === 'vault' || provenance.from === 'snapshot') return 'on the server'
  const span = spanOfProvenance(provenance)
  if (provenance.from === 'git' && provenance.form === 'comment')
    return `in the comment in ${provenance.span.file}:${provenance.span.line}`
  if (provenance.from === 'config')
    return span === undefined ? 'in the config' : `in the config (${span.file}:${span.line})`
  return span === undefined ? 'in the config' : `in ${span.file}:${span.line}`
}
