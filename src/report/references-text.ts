import { styleText } from 'node:util'
import { counted } from '../model/wording.ts'
import type { ReferencesDocument, UsedPath, User } from './answer.ts'
import { logSafe, oneLine } from './plain-text.ts'
import type { TerminalOptions } from './terminal.ts'
import { useText } from './workload-text.ts'

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

/** One block for each path: who reads it, who writes it, and which properties. */
export function referencesText(
  { paths, notChecked }: ReferencesDocument,
  options: Pick<TerminalOptions, 'color'>,
): string {
  const paint: Paint = options.color
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text
  const blocks = paths.map((path) => pathLines(path, paint).join('\n'))
  if (notChecked.length > 0) {
    const lines = notChecked.flatMap((user) => [`  ${userLine([user], '?', paint)}`, `    ${oneLine(user.because)}`])
    blocks.push([paint('yellow', `Not checked: ${counted(notChecked.length, 'reference')}`), ...lines].join('\n'))
  }
  const readers = paths.reduce((sum, path) => sum + path.readers.length, 0)
  const writers = paths.reduce((sum, path) => sum + path.writers.length, 0)
  blocks.push(
    paths.length === 0 && notChecked.length === 0
      ? 'No manifest makes External Secrets Operator ask Vault for anything.'
      : `${counted(paths.length, 'path')}: ${counted(readers, 'reference reads', 'references read')}, ${counted(writers, 'reference writes', 'references write')}.`,
  )
  return logSafe(`${blocks.join('\n\n')}\n`)
}

function pathLines({ path, below, vaultNamespace, readers, writers, live }: UsedPath, paint: Paint): string[] {
  const name = `${oneLine(path)}${below ? '/…' : ''}`
  const where = vaultNamespace === null ? '' : `  namespace ${oneLine(vaultNamespace)}`
  const now = live === null ? '' : `  ${oneLine(live)}`
  return [
    `${paint('bold', name)}${where}${paint('dim', now)}`,
    ...byObject(readers).flatMap((users) => [`  ${userLine(users, 'reads', paint)}`, ...workloadLines(users, paint)]),
    ...byObject(writers).map((users) => `  ${userLine(users, 'writes', paint)}`),
  ]
}

/** References of one object that say the same of it: twenty properties are one line. */
function byObject(users: readonly User[]): User[][] {
  const groups = new Map<string, User[]>()
  for (const user of users) {
    const id = JSON.stringify([user.manifest, user.file, user.operation, user.store])
    const group = groups.get(id)
    if (group === undefined) groups.set(id, [user])
    else group.push(user)
  }
  return [...groups.values()]
}

/** Of the workloads behind an object as many are named. */
const WORKLOADS_NAMED = 5

function workloadLines(users: readonly User[], paint: Paint): string[] {
  const all = new Map(
    users.flatMap(({ workloads = [] }) => workloads.map((one) => [`${one.manifest} ${useText(one)}`, one] as const)),
  )
  const lines = [...all.values()].map(
    (one) =>
      `         → ${oneLine(one.manifest)}  ${oneLine(useText(one))}  ${paint('cyan', `${oneLine(one.file)}:${one.line}`)}`,
  )
  const more = lines.length - WORKLOADS_NAMED
  return more > 1 ? [...lines.slice(0, WORKLOADS_NAMED), `         → and ${counted(more, 'more place')}`] : lines
}

function userLine(users: readonly User[], verb: string, paint: Paint): string {
  const [first] = users as [User, ...User[]]
  const properties = [...new Set(users.map(({ property }) => property ?? '(whole)'))]
  const also = first.also.length === 0 ? '' : ` and ${counted(first.also.length, 'more object')} from the same lines`
  const place = paint('cyan', `${oneLine(first.file)}:${first.line}`)
  return `${verb.padEnd(7)}${oneLine(first.manifest)}${also}  ${oneLine(first.operation)} ${oneLine(properties.join(', '))}  ${place}`
}
