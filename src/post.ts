import process from 'node:process'

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
  const { revokeSavedToken } = await import('./state/live/server.ts')
  const caCertificate = core.getState('ca')
  const authNamespace = core.getState('namespace')
  const { warning } = await revokeSavedToken({
    address,
    token,
    ...(caCertificate === '' ? {} : { caCertificate }),
    ...(authNamespace === '' ? {} : { authNamespace }),
    transport: { proxyEnv: process.env, retries: 1 },
  })
  if (warning !== undefined) core.warning(warning)
}
