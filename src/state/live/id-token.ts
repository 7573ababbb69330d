import { LiveSettingsError, VaultUnavailable } from './errors.ts'
import type { Transport } from './transport.ts'

/** As vault-action does: GitHub's token service fails now and then (platform.md §2.1). */
const TRIES = 5
const PAUSE_MS = 3_000

/** What asking GitHub for a token takes. */
export interface IdTokenSource {
  readonly transport: Transport
  /** `@actions/core`'s `getIDToken`. */
  readonly getIdToken?: (audience?: string) => Promise<string>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Called with every credential before it is first used: hides it in the runner's log and in `redact`. */
  readonly mask: (secret: string) => void
}

/**
 * A JWT from GitHub that says which workflow this is (platform.md §1.4).
 *
 * @throws LiveSettingsError when the job may not ask for one, VaultUnavailable when GitHub gives none.
 */
export async function requestIdToken(options: IdTokenSource, audience: string | undefined): Promise<string> {
  const { env, getIdToken, mask, transport } = options
  if (!getIdToken || !env.ACTIONS_ID_TOKEN_REQUEST_URL || !env.ACTIONS_ID_TOKEN_REQUEST_TOKEN) {
    throw new LiveSettingsError(
      'auth-method jwt needs a token from GitHub, and this job may not ask for one. Add `permissions: id-token: write` to the job (pull requests from forks and from Dependabot never get one); outside of GitHub Actions use another auth-method.',
    )
  }
  for (let tries = 1; ; tries += 1) {
    try {
      const token = await getIdToken(audience)
      if (token) {
        mask(token)
        return token
      }
    } catch {
      // The error's text can hold the request's URL and token: only that there was none is told.
    }
    if (tries === TRIES) break
    await transport.surroundings.sleep(PAUSE_MS * (1 + transport.surroundings.random() / 2))
  }
  throw new VaultUnavailable(
    'login',
    `GitHub gave no ID token in ${TRIES} tries. Run the job again; see githubstatus.com.`,
  )
}
