import type { Chain } from '../../chain/chain.ts'
import type { Root } from '../../files/root.ts'
import type { NotCheckedReason } from '../../model/reason.ts'
import type { FileLine } from '../../model/span.ts'
import { accountOf } from '../../report/account.ts'
import type { DoctorDocument, DoctorItem } from '../../report/answer.ts'
import { causesOf } from '../../report/causes.ts'
import { headline } from '../../report/headline.ts'
import { wayOutOf } from '../../report/reasons/way-out.ts'
import type { Report } from '../../report/report.ts'
import { nameStore } from '../../report/wording.ts'
import type { Gathered } from '../gather.ts'

/** What was not checked, why, and what changes that, the most references first: a checklist for a repository. */
export function doctor(report: Report, { chain, repository }: Gathered): DoctorDocument {
  const { vault, notChecked } = accountOf(report)
  const storesOf = storesByReference(report)
  const unused = unusedPolicies(chain)
  const items = causesOf(report).map((cause): DoctorItem => {
    const { reason } = cause.items[0]
    const wayOut = wayOutOf(reason, { account: serviceAccountOf(reason, chain) }) ?? cause.wayOut
    const role = roleOf(reason)
    return {
      code: cause.code,
      reason: cause.says,
      counted: cause.counted,
      references: cause.references,
      stores: [...new Set(cause.items.flatMap(({ file, line }) => storesOf.get(`${file}:${line}`) ?? []))].sort(),
      places: cause.items.map(({ file, line, what }) => ({ file, line, what })),
      wayOut: wayOut?.says ?? null,
      config: wayOut?.config === undefined ? [] : [...wayOut.config],
      policies: wayOut?.config?.some((line) => line.includes('<policy>')) === true ? unused : [],
      spokenOf:
        role === undefined
          ? null
          : spokenOf(
              role,
              repository.roots,
              repository.files.map(({ file }) => file),
            ),
    }
  })
  return {
    version: 1,
    headline: headline(report),
    references: vault,
    checked: vault - notChecked,
    items,
    config: merged(items.map(({ config }) => config)),
  }
}

function storesByReference({ references }: Report): Map<string, string[]> {
  const stores = new Map<string, string[]>()
  for (const { reference } of references) {
    const name = nameStore(reference)
    const key = `${reference.span.file}:${reference.span.line}`
    if (name !== undefined) stores.set(key, [...(stores.get(key) ?? []), name])
  }
  return stores
}

function roleOf(reason: NotCheckedReason): string | undefined {
  return reason.code === 'role-not-in-git' ? reason.role : undefined
}

/** Policies that Git holds and gives to nobody. */
function unusedPolicies({ declared }: Chain): string[] {
  const named = new Set(declared.roles.flatMap((role) => role.policies ?? []))
  const names = declared.policies.flatMap(({ name }) => (named.has(name) || name.includes('$') ? [] : [name]))
  return [...new Set(names)].sort()
}

/** The ServiceAccount that logs in with the role, where all stores that do name the same. */
function serviceAccountOf(reason: NotCheckedReason, { storeLinks }: Chain): string | undefined {
  if (reason.code !== 'role-not-in-git' && reason.code !== 'role-absent' && reason.code !== 'role-conflict')
    return undefined
  const accounts = new Set(
    storeLinks
      .filter(({ store }) => store.auth?.role === reason.role)
      .flatMap(({ links }) =>
        links.map(({ reference: { identity } }) =>
          identity?.type === 'serviceAccount' && identity.namespace !== undefined
            ? `${identity.namespace}/${identity.name}`
            : '',
        ),
      ),
  )
  const [only] = accounts
  return accounts.size === 1 && only !== '' ? only : undefined
}

/** Code that may write roles, and that nothing here reads (forms.md §7). */
const CODE: Readonly<Record<string, string>> = {
  py: 'Python',
  go: 'Go',
  ts: 'TypeScript',
  js: 'JavaScript',
  rb: 'Ruby',
  nix: 'Nix',
  cue: 'CUE',
  jsonnet: 'Jsonnet',
  libsonnet: 'Jsonnet',
  sls: 'Salt',
  java: 'Java',
  cs: 'C#',
}
const MOST_FILES = 2_000
const MOST_PLACES = 5

/** Files that speak of the role and are not read: text that holds its name beside Vault's words for roles. Nothing is executed. */
function spokenOf(
  role: string,
  roots: readonly Root[],
  read: readonly string[],
): readonly (FileLine & { language: string })[] {
  const places: (FileLine & { language: string })[] = []
  let seen = 0
  for (const root of roots)
    for (const path of root.files) {
      const language = CODE[/\.([^./]+)$/.exec(path)?.[1] ?? '']
      if (language === undefined || read.includes(path)) continue
      if (++seen > MOST_FILES || places.length >= MOST_PLACES) return places
      const line = lineThatSays(role, root.read?.(path))
      if (line !== undefined) places.push({ file: path, line, language })
    }
  return places
}

function lineThatSays(role: string, text: string | undefined): number | undefined {
  if (text === undefined || !text.includes(role)) return undefined
  if (!/auth\/[^\s"']*role|bound_service_account_names|boundServiceAccountNames|AuthBackendRole/.test(text))
    return undefined
  const names = [`role/${role}`, `"${role}"`, `'${role}'`]
  const at = text.split('\n').findIndex((line) => names.some((name) => line.includes(name)))
  return at < 0 ? undefined : at + 1
}

/** All lines as one text for the config: each top-level key once. */
function merged(configs: readonly (readonly string[])[]): string[] {
  const sections = new Map<string, Map<string, string[]>>()
  for (const lines of configs) {
    let section = new Map<string, string[]>()
    let entry: string[] = []
    for (const line of lines) {
      if (/^\S/.test(line)) {
        section = sections.get(line) ?? new Map<string, string[]>()
        sections.set(line, section)
      } else if (/^ {2}\S/.test(line)) {
        entry = section.get(line) ?? []
        section.set(line, entry)
      } else if (!entry.includes(line)) entry.push(line)
    }
  }
  return [...sections].flatMap(([key, entries]) => [key, ...[...entries].flatMap(([line, below]) => [line, ...below])])
}
