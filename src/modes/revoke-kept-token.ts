import type { Env } from '../settings/environment.ts'
import type { CaCertificate } from '../settings/settings.ts'
import { parseAddress } from '../state/live/address.ts'
import { loadCaCertificate } from '../state/live/certificate.ts'
import { openClient } from '../state/live/client.ts'
import { createTransport } from '../state/live/transport.ts'

export interface KeptToken {
  readonly address: string
  readonly token: string
  readonly namespace: string
  readonly caCertificate: CaCertificate | undefined
  readonly env: Env
}

/** Revokes a token that an earlier process kept. A token that is gone already (403) is what was wanted. */
export async function revokeKeptToken(kept: KeptToken): Promise<string | undefined> {
  const { caCertificate: ca } = kept
  const caCertificates = ca === undefined ? [] : await loadCaCertificate('pem' in ca ? ca.pem : ca.file)
  const transport = createTransport({
    address: parseAddress(kept.address),
    caCertificates,
    proxyEnv: kept.env,
    retries: 1,
  })
  try {
    const client = await openClient({ transport, token: kept.token, namespace: kept.namespace, readOnly: false })
    const answer = await client.write('auth/token/revoke-self', {})
    const ended = answer.status === 204 || answer.status === 200 || answer.status === 403
    return ended
      ? undefined
      : `The Vault token was not revoked: the server answered ${answer.status}. It lives until its TTL ends.`
  } finally {
    transport.close()
  }
}
