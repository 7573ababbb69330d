import type { LiveState } from '../state/live/live-state.ts'
import type { OpenVault } from './open-vault.ts'

/** Asks in a Vault namespace; `''` is the one of the settings. */
export type AskIn = (namespace: string, ask: (vault: OpenVault) => Promise<LiveState>) => Promise<LiveState>

/**
 * One client for each Vault namespace. A namespace that a store names and that cannot be asked for costs what lies in it, and no more.
 * `once`: for runs that only look.
 */
export function askingIn(vault: OpenVault, { once }: { readonly once: boolean }): AskIn {
  const clients = new Map<string, OpenVault['client']>()
  return async (namespace, ask) => {
    const { askingOnce, LiveSettingsError, unreadable } = await import('../state/live/server.ts')
    try {
      const own = () => (namespace === '' ? vault.client : vault.client.inNamespace(namespace))
      const client = clients.get(namespace) ?? (once ? askingOnce(own()) : own())
      clients.set(namespace, client)
      return await ask({ ...vault, client })
    } catch (error) {
      if (!(error instanceof LiveSettingsError)) throw error
      return unreadable(vault, `The Vault namespace ${JSON.stringify(namespace)} cannot be asked for: ${error.message}`)
    }
  }
}
