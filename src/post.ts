import process from 'node:process'
import { readEnvironment } from './settings/environment.ts'
import { readGiven } from './settings/given.ts'
import { inputsAsGiven } from './settings/inputs.ts'
import { readClientCertificate, readHeaders } from './settings/vault-settings.ts'

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
  // The post step gets the inputs again; what may hold a secret is not kept in the job's state.
  const given = readGiven(inputsAsGiven((name) => core.getInput(name)))
  const clientCertificate = readClientCertificate(given, readEnvironment(process.env))
  const headers = readHeaders(given)
  const { warning } = await revokeSavedToken({
    address,
    token,
    ...(caCertificate === '' ? {} : { caCertificate }),
    ...(authNamespace === '' ? {} : { authNamespace }),
    clientCertificate,
    headers,
    transport: { proxyEnv: process.env, retries: 1 },
  })
  if (warning !== undefined) core.warning(warning)
}
