import type { RefusedLogin } from '../model/id-claims.ts'
import type { Unfinished } from '../model/reason.ts'
import type { Settings } from '../settings/settings.ts'
import { askingIn } from './asking-in.ts'
import type { LiveSource } from './gather.ts'
import { type OpenVault, type OpenVaultDeps, openVault } from './open-vault.ts'

export interface WithVaultDeps extends OpenVaultDeps {
  /**
   * Called with the token that a login made, so that the post step can end it should this process be killed, and with
   * `undefined` once it is ended.
   */
  readonly keepToken?: (token: string | undefined) => void
  readonly warn: (sentence: string) => void
}

/** What a run can ask of a server: nothing when none is named, and why when the named one cannot be asked. */
export interface Reached {
  readonly live: LiveSource | undefined
  /** A sentence each; then the run is incomplete, and Git is looked at all the same. */
  readonly incomplete: readonly string[]
  /** The first of these. */
  readonly unfinished?: Unfinished | undefined
  /** The login was refused: what it told of us. */
  readonly refused?: RefusedLogin | undefined
  /** The connection itself, for `apply`, which alone may write with it. */
  readonly vault: OpenVault | undefined
}

/**
 * Reaches the server of the settings, if there is one, and ends the token that it made whatever `use` does.
 *
 * @throws LiveSettingsError (outcome `invalid`), and whatever `use` throws.
 */
export async function withVault<T>(
  settings: Settings,
  deps: WithVaultDeps,
  use: (reached: Reached) => Promise<T>,
): Promise<T> {
  const { vault, incomplete, refused, unfinished } = await reach(settings, deps)
  if (vault === undefined) return use({ live: undefined, incomplete, refused, vault, unfinished })
  try {
    return await use({ live: await liveSource(vault, { once: settings.mode !== 'apply' }), incomplete, vault })
  } finally {
    await endSession(vault, settings, deps)
  }
}

async function reach(settings: Settings, deps: WithVaultDeps): Promise<Omit<Reached, 'live'>> {
  if (settings.vault === undefined) return { vault: undefined, incomplete: [] }
  // Loaded only now: an offline run needs no HTTP stack.
  const { connect, VaultUnavailable } = await import('../state/live/server.ts')
  try {
    const vault = await openVault(settings, deps, { connect, readOnly: settings.mode !== 'apply' })
    if (vault?.login.ours === true && !settings.skipTokenRevoke) deps.keepToken?.(vault.login.token)
    for (const warning of vault?.warnings ?? []) deps.warn(warning)
    return { vault, incomplete: [] }
  } catch (error) {
    if (error instanceof VaultUnavailable)
      return { vault: undefined, incomplete: [error.message], refused: error.login, unfinished: error.kind }
    throw error
  }
}

/** What a run asks a server by. */
async function liveSource(vault: OpenVault, asks: { readonly once: boolean }): Promise<LiveSource> {
  const { readLive } = await import('../state/live/server.ts')
  const askIn = askingIn(vault, asks)
  return {
    name: vault.name,
    read: (namespace, wanted, told) =>
      askIn(namespace, (session) => readLive(session, wanted, told === undefined ? {} : { told })),
  }
}

/** Ends the token that the login made; a token that the user gave is theirs. */
async function endSession(vault: OpenVault, settings: Settings, deps: WithVaultDeps): Promise<void> {
  if (settings.skipTokenRevoke) {
    vault.client.transport.close()
    return
  }
  const { revoked, warning } = await vault.end()
  if (revoked) deps.keepToken?.(undefined)
  if (warning !== undefined) deps.warn(warning)
}
