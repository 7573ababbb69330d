import { sortCapabilities } from './authorize.ts'
import { compareBytes, toBytes } from './byte-string.ts'
import type { Capability } from './capability.ts'
import { boundaryOf, type KvMount } from './kv-boundary.ts'

/** A request that the policy has to allow. */
export interface WantedAccess {
  /** As the ACL sees it, without `/v1/`; a LIST with or without its trailing slash. */
  readonly path: string
  readonly capability: Capability
  /** All that is below the path is asked for too (ESO's `find`). */
  readonly below?: boolean
  /** What lies in the folder itself is asked for, and nothing in folders in it. */
  readonly beside?: boolean
  /** Who wants it, for the comment: `ExternalSecret apps/db`. */
  readonly group?: string
}

export interface GenerateOptions {
  /** `exact`: one block for each path. `folder`: one for each folder, which then also covers what will be put there. */
  readonly form: 'exact' | 'folder'
  /** KV mounts: a folder rule never reaches above the mount, nor above `data/` or `metadata/` of KV v2. */
  readonly mounts?: readonly KvMount[]
}

export interface GeneratedRule {
  /** As it stands in the policy, with `*` at its end when it is a folder. */
  readonly path: string
  readonly capabilities: readonly Capability[]
  readonly groups: readonly string[]
}

export interface GeneratedPolicy {
  readonly text: string
  readonly rules: readonly GeneratedRule[]
  /**
   * Paths that no rule can name without naming others too: a `*` at the end, a segment that begins with `+`, `{{` (vault.md §1.5, §2.7). They
   * are not in the text.
   */
  readonly inexpressible: readonly WantedAccess[]
}

interface Draft {
  /** Without `*`. */
  readonly path: string
  readonly open: boolean
  readonly capabilities: Set<Capability>
  readonly groups: Set<string>
}

/** The smallest policy of the given form that allows the accesses. The same accesses in any order give the same text. */
export function generatePolicy(accesses: readonly WantedAccess[], options: GenerateOptions): GeneratedPolicy {
  const inexpressible = accesses.filter(({ path }) => !canName(path))
  const wanted = accesses.filter(({ path }) => canName(path))
  const drafts = new Map<string, Draft>()
  const folders = options.form === 'folder' ? foldersOf(wanted, options.mounts ?? []) : []
  for (const access of wanted) addDraft(drafts, access, folders)
  inheritCapabilities(drafts)
  const rules = [...drafts.values()].map(
    (draft): GeneratedRule => ({
      path: draft.open ? `${draft.path}*` : draft.path,
      capabilities: sortCapabilities(draft.capabilities),
      groups: [...draft.groups].sort(),
    }),
  )
  const sorted = rules.sort(
    (a, b) => compareBytes(label(a), label(b)) || compareBytes(toBytes(a.path), toBytes(b.path)),
  )
  return { text: writePolicy(sorted), rules: sorted, inexpressible }
}

function canName(path: string): boolean {
  const clean = path.replace(/^\//, '')
  return (
    clean !== '' &&
    !clean.endsWith('*') &&
    !clean.includes('{{') &&
    !clean.includes('}}') &&
    !clean.includes('+*') &&
    !clean.split('/').some((segment) => segment.startsWith('+'))
  )
}

function addDraft(drafts: Map<string, Draft>, access: WantedAccess, folders: readonly string[]): void {
  const clean = access.path.replace(/^\/+/, '')
  if (access.beside === true) {
    put(drafts, `${clean}/+`, false, access)
    return
  }
  const path = access.capability === 'list' || access.below ? `${clean.replace(/\/$/, '')}/` : clean
  const folder = folders.find((one) => path.startsWith(one))
  if (folder !== undefined) put(drafts, folder, true, access)
  else put(drafts, path, access.below === true, access)
}

function put(drafts: Map<string, Draft>, path: string, open: boolean, { capability, group }: WantedAccess): void {
  const key = `${path}${open ? '*' : ''}`
  const draft = drafts.get(key) ?? { path, open, capabilities: new Set(), groups: new Set() }
  draft.capabilities.add(capability)
  if (group !== undefined) draft.groups.add(group)
  drafts.set(key, draft)
}

/**
 * The folders that hold the paths, without those inside another of them. A path right below the mount (or its `data/`) gives
 * no folder: the rule would cover the whole mount.
 */
function foldersOf(accesses: readonly WantedAccess[], mounts: readonly KvMount[]): string[] {
  const folders = new Set<string>()
  for (const { path, below, beside } of accesses) {
    if (beside === true) continue
    const clean = path.replace(/^\/+/, '').replace(/\/$/, '')
    const folder = below ? `${clean}/` : clean.slice(0, clean.lastIndexOf('/') + 1)
    if (folder.length > boundaryOf(clean, mounts).length) folders.add(folder)
  }
  return [...folders].filter((one) => ![...folders].some((other) => other !== one && one.startsWith(other))).sort()
}

/** Only the most specific rule counts, so a narrow rule must repeat what a wider one grants (vault.md §2.1). */
function inheritCapabilities(drafts: Map<string, Draft>): void {
  const all = [...drafts.values()]
  for (const wide of all.filter((draft) => draft.open)) {
    for (const narrow of all) {
      if (narrow === wide || !narrow.path.startsWith(wide.path)) continue
      for (const capability of wide.capabilities) narrow.capabilities.add(capability)
    }
  }
  for (const draft of all) if (draft.open && draft.capabilities.has('list')) nameFolder(drafts, draft)
}

/**
 * LIST `x/` goes past the rule `x/*` where a rule for `x` stands, and on older servers where a wider folder's rule matches `x`
 * and grants no list (vault.md §2.1). A rule for `x/` itself comes before both.
 */
function nameFolder(drafts: Map<string, Draft>, folder: Draft): void {
  if (drafts.has(folder.path)) return
  const bare = folder.path.slice(0, -1)
  const wider = [...drafts.values()].some(
    (draft) => draft.open && draft !== folder && bare.startsWith(draft.path) && !draft.capabilities.has('list'),
  )
  if (!drafts.has(bare) && !wider) return
  drafts.set(folder.path, { ...folder, open: false, capabilities: new Set(folder.capabilities) })
}

function label(rule: GeneratedRule): string {
  const shown = rule.groups.slice(0, 3)
  const more = rule.groups.length > shown.length ? [`${rule.groups.length - shown.length} more`] : []
  return [...shown, ...more].join(', ')
}

function writePolicy(rules: readonly GeneratedRule[]): string {
  const sections: string[] = []
  let previous = ''
  for (const rule of rules) {
    const comment = oneLine(label(rule))
    const block = `path ${quoteHcl(rule.path)} {\n  capabilities = [${rule.capabilities.map((name) => `"${name}"`).join(', ')}]\n}\n`
    sections.push(comment !== '' && comment !== previous ? `# ${comment}\n${block}` : block)
    previous = comment
  }
  return sections.join('\n')
}

/** A comment ends at its line: nothing that stands in a manifest may end it earlier. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}

/** The text as an HCL 1 string that says just that: `${` would hide a quote from the parser (vault.md §1.1). */
export function quoteHcl(text: string): string {
  const escaped = text
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('${', '\\x24{')
    .replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `"${escaped}"`
}
