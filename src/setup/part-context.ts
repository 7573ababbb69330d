import type { Span } from '../model/span.ts'
import type { Hidden, Provenance } from '../model/vault-state.ts'
import type { LiveState } from '../state/live/live-state.ts'
import type { Step } from './step.ts'

/** What every part is planned with. */
export interface PartContext {
  /** Vault namespace, relative to the settings' one. */
  readonly namespace: string
  /** `undefined`: no server was asked. */
  readonly live: LiveState | undefined
}

/** A part that was not checked: what would be written if nothing were there is shown, and nothing is written. */
export function notCheckedStep(
  step: Omit<Step, 'action' | 'because' | 'live'>,
  { live }: Pick<PartContext, 'live'>,
  seen?: Hidden,
): Step {
  const because = seen?.because ?? (live === undefined ? 'Vault was not asked.' : 'The server was not asked about it.')
  return { ...step, action: 'not-checked', because, live: { notChecked: true } }
}

/** Whether the server did not tell; the types alone do not part this from `present`. */
export function isNotChecked(seen: { readonly presence: string }): seen is Hidden {
  return seen.presence === 'hidden' || seen.presence === 'unknown'
}

export function spansOf(provenance: Provenance): readonly Span[] {
  switch (provenance.from) {
    case 'manifests':
      return provenance.spans
    case 'git':
      return [provenance.span]
    case 'config':
      return provenance.span === undefined ? [] : [provenance.span]
    case 'vault':
    case 'snapshot':
      return []
  }
}
