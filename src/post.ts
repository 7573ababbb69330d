import process from 'node:process'
import type { CaCertificate } from './settings/settings.ts'

/**
 * The post step: ends the token that the action's own login made, should the main step have been killed before it could. It
 * warns and never fails a job (platform.md §2.2).
 */
export async function post(): Promise<void> {
  const core = await import('@actions/core')
  const token = core.getState('token')
  const address = core.getState('address')
  if (token === '' || address === '') return
  core.setSecret(token)
  try {
    const { revokeKeptToken } = await import('./modes/revoke-kept-token.ts')
    const ca = core.getState('ca')
    const warning = await revokeKeptToken({
      address,
      token,
      namespace: core.getState('namespace'),
      caCertificate: ca === '' ? undefined : (JSON.parse(ca) as CaCertificate),
      env: process.env,
    })
    if (warning !== undefined) core.warning(warning)
  } catch {
    core.warning('The Vault token of this run could not be revoked; it lives until its TTL ends.')
  }
}
