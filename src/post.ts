import { basename } from 'node:path'
import process from 'node:process'
import type * as Core from '@actions/core'
import { readEnvironment } from './settings/environment.ts'
import { type Given, readGiven } from './settings/given.ts'
import { inputsAsGiven } from './settings/inputs.ts'
import { readClientCertificate, readHeaders } from './settings/vault-settings.ts'

/**
 * The post step, for a main step that was killed: it ends the token of the action's own login, and tells where yesterday's result still
 * stands that this run has none. It warns and never fails a job (platform.md §2.2).
 */
export async function post(): Promise<void> {
  const core = await import('@actions/core')
  // The post step gets the inputs again; what may hold a secret is not kept in the job's state.
  const given = inputsAsGiven((name) => core.getInput(name))
  await endToken(core, given)
  if (core.getState('unpublished') === 'true') await tellThatItWasKilled(core, given)
}

async function endToken(core: typeof Core, given: Given): Promise<void> {
  const token = core.getState('token')
  const address = core.getState('address')
  if (token === '' || address === '') return
  core.setSecret(token)
  const { revokeSavedToken } = await import('./state/live/server.ts')
  const caCertificate = core.getState('ca')
  const authNamespace = core.getState('namespace')
  const read = readGiven(given)
  const clientCertificate = readClientCertificate(read, readEnvironment(process.env))
  const headers = readHeaders(read)
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

/** A comment that is there says so from now on; there is no new one for a run that somebody cancelled. */
async function tellThatItWasKilled(core: typeof Core, given: Given): Promise<void> {
  const { readEvent } = await import('./settings/event.ts')
  const { publishSettings } = await import('./settings/resolve-settings.ts')
  const { killedReport } = await import('./modes/failed-report.ts')
  const { publishComment } = await import('./report/pull-request-comment.ts')
  const { linksOf } = await import('./report/links.ts')
  const event = await readEvent(process.env)
  const environment = readEnvironment(process.env, event)
  const settings = publishSettings({ given, environment, folder: basename(process.cwd()) })
  const report = killedReport(settings)
  for (const sentence of report.incomplete) core.warning(sentence, { title: 'eso-vault: not finished' })
  await publishComment({ ...settings, comment: settings.comment === 'never' ? 'never' : 'if-there' }, report, {
    ci: environment.ci,
    event,
    links: linksOf(environment.ci),
    warn: (sentence) => core.warning(sentence),
    info: (sentence) => core.info(sentence),
  })
}
