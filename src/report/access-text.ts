import { styleText } from 'node:util'
import { counted, listed } from '../model/wording.ts'
import type { AccessHolder, AccessOfNamespace, AccessOfPath, ReachableStore } from './answer.ts'
import { textWidth } from './display-width.ts'
import { logSafe, oneLine } from './plain-text.ts'
import type { TerminalOptions } from './terminal.ts'

type Paint = (style: Parameters<typeof styleText>[0], text: string) => string

/** The answer of `eso-vault access`: who can do what on a path, or what a namespace can reach. */
export function accessText(
  document: AccessOfPath | AccessOfNamespace,
  options: Pick<TerminalOptions, 'color'>,
): string {
  const paint: Paint = options.color
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text
  const blocks = document.of === 'path' ? pathBlocks(document, paint) : namespaceBlocks(document, paint)
  return logSafe(`${blocks.join('\n\n')}\n`)
}

function pathBlocks({ path, holders }: AccessOfPath, paint: Paint): string[] {
  const able = holders.filter(({ actions }) => actions.some(({ verdict }) => verdict === 'allowed'))
  const open = holders.filter(
    (holder) => !able.includes(holder) && holder.actions.some(({ verdict }) => verdict === 'unknown'),
  )
  const refused = holders.length - able.length - open.length
  const unknown = open.map((holder) => `  ${nameHolder(holder)}: ${firstUnknown(holder)}`)
  return [
    paint('bold', oneLine(path)),
    ...able.map((holder) => ableLines(holder, paint).join('\n')),
    ...(unknown.length === 0 ? [] : [[paint('yellow', 'Not known:'), ...unknown].join('\n')]),
    holders.length === 0
      ? 'No store and no role is known: nobody can be named.'
      : `${counted(able.length, 'login')} of ${holders.length} may do something there; ${refused} may not${open.length === 0 ? '' : `, and of ${open.length} it is not known`}.`,
  ]
}

function ableLines(holder: AccessHolder, paint: Paint): string[] {
  const { storePlace, rolePlace, role, store, accounts, actions, users } = holder
  const lines = [
    `  ${store === null ? `role ${oneLine(role ?? '')}, which no store uses` : oneLine(store)}${placeText(store === null ? rolePlace : storePlace, paint)}`,
  ]
  if (store !== null && role !== null) lines.push(`    role      ${oneLine(role)}${placeText(rolePlace, paint)}`)
  if (accounts.length > 0) lines.push(`    logs in   ${oneLine(some(accounts))}`)
  for (const { action, verdict, rules, because } of actions) {
    if (verdict === 'denied') continue
    const by =
      verdict === 'unknown'
        ? `not known: ${oneLine(because)}`
        : rules.length === 0
          ? oneLine(because)
          : rules
              .map((rule) => `${oneLine(rule.path)} of ${oneLine(rule.policy)}${placeText(rule.place, paint)}`)
              .join(', ')
    lines.push(`    ${paint(verdict === 'allowed' ? 'green' : 'yellow', action.padEnd(8))}  ${by}`)
  }
  const denied = actions.filter(({ verdict }) => verdict === 'denied').map(({ action }) => action)
  if (denied.length > 0) lines.push(paint('dim', `    may not   ${denied.join(', ')}`))
  for (const user of users.slice(0, 5)) lines.push(`    used by   ${oneLine(user.manifest)}${placeText(user, paint)}`)
  if (users.length > 5) lines.push(`              and ${users.length - 5} more`)
  return lines
}

function firstUnknown({ actions }: AccessHolder): string {
  return oneLine(actions.find(({ verdict }) => verdict === 'unknown')?.because ?? '')
}

function nameHolder({ store, role }: AccessHolder): string {
  return oneLine(store ?? `role ${role ?? ''}`)
}

function namespaceBlocks({ namespace, stores, paths, known, open }: AccessOfNamespace, paint: Paint): string[] {
  const used = paths.filter(({ usedHere }) => usedHere.length > 0).length
  return [
    paint('bold', `Namespace ${oneLine(namespace)}`),
    ...stores.map((store) => storeLines(store, paint).join('\n')),
    ...(paths.length === 0 ? [] : [pathTable(paths, paint)]),
    ...(open.length === 0 ? [] : [open.map((sentence) => `Not known: ${oneLine(sentence)}`).join('\n')]),
    `${counted(stores.length, 'store')} ${stores.length === 1 ? 'admits' : 'admit'} it. Of ${counted(known, 'path')} that references name, it can reach ${paths.length}: it uses ${used}, and ${paths.length - used} it does not.`,
  ]
}

function storeLines(
  { store, role, rolePlace, policies, problem, rules, ...at }: ReachableStore,
  paint: Paint,
): string[] {
  const lines = [`  ${oneLine(store)}${placeText(at, paint)}`]
  if (role !== null) lines.push(`    role ${oneLine(role)}${placeText(rolePlace, paint)}`)
  if (policies.length > 0) lines.push(`    policies ${oneLine(listed(policies))}`)
  if (problem !== null) lines.push(paint('yellow', `    what it allows is not known: ${oneLine(problem)}`))
  if (rules.length === 0) return lines
  const rows = rules.map(({ path, capabilities, usedHere, usedElsewhere, place }) => [
    oneLine(path),
    capabilities.join(', '),
    usedHere === 0 ? 'unused here' : `${usedHere} here`,
    usedElsewhere === 0 ? '' : `${usedElsewhere} elsewhere`,
    place === null ? '' : `${oneLine(place.file)}:${place.line}`,
  ])
  return [...lines, ...table([['rule', 'allows', 'used', '', ''], ...rows], '    ')]
}

function pathTable(paths: AccessOfNamespace['paths'], paint: Paint): string {
  const rows = paths.map(({ path, actions, usedHere, usedBy }) => [
    oneLine(path),
    actions.join(', '),
    usedHere.length === 0 ? '-' : oneLine(some([...new Set(usedHere.map(({ manifest }) => nameOnly(manifest)))])),
    usedBy.length === 0 ? '' : oneLine(some(usedBy)),
  ])
  const title = paint('bold', '  Secrets that it can reach')
  return [title, ...table([['path', 'may', 'used here by', 'used by namespaces'], ...rows], '  ')].join('\n')
}

/** `ExternalSecret shop/web` → `web`: kind and namespace are told by the rest. */
function nameOnly(manifest: string): string {
  return manifest.slice(manifest.lastIndexOf('/') + 1)
}

/** So many names stand in one cell. */
const NAMES = 3

function some(names: readonly string[]): string {
  return names.length <= NAMES
    ? names.join(', ')
    : `${names.slice(0, NAMES).join(', ')} and ${names.length - NAMES} more`
}

function table(rows: readonly (readonly string[])[], indent: string): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => textWidth(row[column] ?? ''))))
  return rows.map((row) =>
    `${indent}${row.map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - textWidth(cell)))).join('  ')}`.trimEnd(),
  )
}

function placeText(place: { readonly file: string; readonly line: number } | null, paint: Paint): string {
  return place === null ? '' : `  ${paint('cyan', `${oneLine(place.file)}:${place.line}`)}`
}
