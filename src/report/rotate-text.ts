import { styleText } from 'node:util'
import { shellWord } from '../model/shell-word.ts'
import { counted } from '../model/wording.ts'
import type { RotateDocument, RotatedSecret, RotateUser } from './answer.ts'
import { logSafe, oneLine } from './plain-text.ts'
import type { TerminalOptions } from './terminal.ts'
import { useText } from './workload-text.ts'

type Paint = (style: Parameters<typeof styleText>[0], text: string) => string

/** The answer of `eso-vault rotate`: what to do after a secret got another value, in the order in which it is done. */
export function rotateText({ path, secrets }: RotateDocument, options: Pick<TerminalOptions, 'color'>): string {
  const paint: Paint = options.color
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text
  const users = secrets.flatMap((secret) => secret.users)
  const stale = distinct(users.filter(({ restart }) => restart === 'restart'))
  const waiting = secrets.filter(({ refresh }) => refresh !== 'immutable' && REFRESH[refresh] === undefined)
  const steps = [...refreshStep(waiting), ...frozenStep(secrets), ...restartStep(stale)]
  return logSafe(
    `${[
      paint('bold', oneLine(path)),
      ...secrets.map((secret) => secretLines(secret, paint).join('\n')),
      ...steps,
      ending(secrets, stale.length, distinct(users).length),
    ].join('\n\n')}\n`,
  )
}

function secretLines(secret: RotatedSecret, paint: Paint): string[] {
  const properties = secret.properties.length === 0 ? '(whole)' : secret.properties.join(', ')
  return [
    `  ${oneLine(secret.manifest)} reads ${oneLine(properties)}  ${place(secret, paint)}`,
    `    Secret ${oneLine(nameSecret(secret))}: ${oneLine(REFRESH[secret.refresh] ?? `ESO reads Vault every ${secret.refresh}`)}`,
    ...secret.users.map((user) => userLine(user, paint)),
    ...(secret.users.length === 0 ? ['    No workload in Git asks for it.'] : []),
  ]
}

const REFRESH: Readonly<Record<string, string>> = {
  interval: 'ESO does not read it again (refreshInterval is 0)',
  'created-once': 'ESO does not read it again (CreatedOnce)',
  immutable: 'ESO does not change it (immutable)',
  'on-change': 'ESO reads Vault only when the ExternalSecret changes',
}

function userLine(user: RotateUser, paint: Paint): string {
  const must = user.restart === 'restart'
  const what = (must ? 'restart' : WHAT[user.restart]).padEnd(9)
  return `    ${paint(must ? 'yellow' : 'dim', what)} ${oneLine(user.manifest)}  ${oneLine(useText(user))}  ${place(user, paint)}`
}

const WHAT: Readonly<Record<Exclude<RotateUser['restart'], 'restart'>, string>> = {
  reloader: 'reloader',
  'next-run': 'next run',
  files: 'files',
  release: 'Flux',
  pull: 'next pull',
  controller: 'its own',
}

function refreshStep(secrets: readonly RotatedSecret[]): string[] {
  const commands = secrets.flatMap(({ manifest, namespace }) =>
    manifest.startsWith('ExternalSecret ') && namespace !== null
      ? [
          `  kubectl annotate externalsecret ${shellWord(manifest.split('/').at(-1) ?? '')} --namespace ${shellWord(namespace)} force-sync="$(date +%s)" --overwrite`,
        ]
      : [],
  )
  return commands.length === 0 ? [] : [['Let ESO read it now:', ...new Set(commands)].join('\n')]
}

/** What ESO writes only once is written anew when it is gone. */
function frozenStep(secrets: readonly RotatedSecret[]): string[] {
  const commands = secrets.flatMap(({ refresh, secret, namespace }) =>
    (refresh === 'interval' || refresh === 'created-once' || refresh === 'immutable') && namespace !== null
      ? [`  kubectl delete secret ${shellWord(secret)} --namespace ${shellWord(namespace)}`]
      : [],
  )
  return commands.length === 0
    ? []
    : [['What ESO does not write again, it makes anew:', ...new Set(commands)].join('\n')]
}

const ROLLOUT: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])

function restartStep(users: readonly RotateUser[]): string[] {
  const commands = users.flatMap(({ kind, name, namespace, inValues }) =>
    !inValues && ROLLOUT.has(kind)
      ? [
          `  kubectl rollout restart ${kind.toLowerCase()} ${shellWord(name)}${namespace === null ? '' : ` --namespace ${shellWord(namespace)}`}`,
        ]
      : [`  # the Pods of ${oneLine(`${kind} ${namespace === null ? name : `${namespace}/${name}`}`)}`],
  )
  return commands.length === 0 ? [] : [['Then restart:', ...new Set(commands)].join('\n')]
}

function ending(secrets: readonly RotatedSecret[], stale: number, all: number): string {
  const made = counted(secrets.length, 'Secret')
  if (all === 0) return `${made} made of it, and no workload in Git asks for ${secrets.length === 1 ? 'it' : 'them'}.`
  return `${made} made of it, ${counted(all, 'user')} in Git: ${stale === 0 ? 'none has to be restarted by hand' : `${stale} must restart`}.`
}

function distinct(users: readonly RotateUser[]): RotateUser[] {
  return [...new Map(users.map((user) => [user.manifest, user])).values()]
}

function nameSecret({ secret, namespace }: RotatedSecret): string {
  return namespace === null ? secret : `${namespace}/${secret}`
}

function place({ file, line }: { readonly file: string; readonly line: number }, paint: Paint): string {
  return paint('cyan', `${oneLine(file)}:${line}`)
}
