import type { Hole, HoledText } from './hole.ts'

/** What is known of the alias that a login has in Vault's identity store (vault.md §2.7). */
export interface AliasFacts {
  /** Of the auth mount, `auth_kubernetes_1a2b3c4d`; `undefined`: not known. */
  readonly mountAccessor?: string
  /** Path of the auth mount, without slashes at its ends. */
  readonly mount?: string
  /** The mount is the only one of this type: whatever accessor of the type a text names, it is this one's. */
  readonly soleOfType?: string
  readonly id?: string
  readonly name?: string
  /** Kubernetes: `service_account_name`, `service_account_namespace`, `service_account_uid`, `service_account_secret_name`. */
  readonly metadata?: Readonly<Record<string, string>>
  readonly customMetadata?: Readonly<Record<string, string>>
}

export interface GroupFacts {
  readonly id: string
  readonly name: string
  readonly metadata?: Readonly<Record<string, string>>
}

export interface EntityFacts {
  readonly id?: string
  readonly name?: string
  /** All of it, where it is given. */
  readonly metadata?: Readonly<Record<string, string>>
  readonly aliases: readonly AliasFacts[]
  readonly groups?: readonly GroupFacts[]
  /** Nothing else is set: what is not here makes the server skip the rule. Otherwise it is merely not known. */
  readonly whole: boolean
}

/** Characters that a value may not contain: OpenBao from 2.6, and Vault by a setting (vault.md §2.7). */
const GUARDED_CHARACTERS: readonly string[] = ['/', '*', '+']

export interface TemplateContext {
  /** `null`: the token has no entity. `undefined`: nothing is known of it. */
  readonly entity: EntityFacts | null | undefined
  /** What the server refuses in values; `undefined`: servers differ, so such a rule may or may not be there. */
  readonly guarded: readonly string[] | undefined
}

export type Filled =
  /** The server skips this one block (D122). */
  | { readonly outcome: 'skipped'; readonly directive: string }
  /** `uncertain` names what decides whether the rule is there at all. */
  | { readonly outcome: 'filled'; readonly text: HoledText; readonly uncertain: string | undefined }

type Value = { readonly value: string; readonly uncertain?: string } | 'skipped' | 'unknown'

/** Fills `{{…}}` in a rule's label; what is not known becomes a hole. */
export function fillTemplate(label: string, context: TemplateContext): Filled {
  const [head, ...pieces] = label.split('{{')
  if (pieces.length === 0) return { outcome: 'filled', text: [label], uncertain: undefined }
  const text: (string | Hole)[] = [head ?? '']
  let uncertain: string | undefined
  for (const piece of pieces) {
    const [directive = '', rest = ''] = piece.split('}}')
    const written = `{{${directive}}}`
    const value = resolveDirective(directive.trim(), context.entity)
    if (value === 'skipped') return { outcome: 'skipped', directive: written }
    if (value === 'unknown') {
      text.push({ hole: written }, rest)
      continue
    }
    const guarded = GUARDED_CHARACTERS.filter((character) => value.value.includes(character))
    const refused = context.guarded?.some((character) => value.value.includes(character))
    if (refused) return { outcome: 'skipped', directive: written }
    if (guarded.length > 0 && context.guarded === undefined) {
      uncertain = `whether this server lets ${guarded[0]} into ${written}`
    }
    uncertain = value.uncertain ?? uncertain
    text.push(value.value, rest)
  }
  return { outcome: 'filled', text: text.filter((piece) => piece !== ''), uncertain }
}

function resolveDirective(directive: string, entity: EntityFacts | null | undefined): Value {
  if (directive.startsWith('time.')) return 'unknown'
  if (directive.startsWith('identity.groups.')) return groupValue(directive.slice('identity.groups.'.length), entity)
  if (!directive.startsWith('identity.entity.')) return 'skipped'
  if (entity === null) return 'skipped'
  if (entity === undefined) return 'unknown'
  const field = directive.slice('identity.entity.'.length)
  const missing = entity.whole ? 'skipped' : 'unknown'
  if (field.startsWith('aliases.')) return aliasValue(field.slice('aliases.'.length), entity)
  if (field === 'id') return known(entity.id) ?? missing
  if (field === 'name') return known(entity.name) ?? missing
  if (field.startsWith('metadata.')) {
    const absent = entity.metadata === undefined ? missing : 'skipped'
    return entry(entity.metadata, field.slice('metadata.'.length)) ?? absent
  }
  return 'skipped'
}

function aliasValue(field: string, entity: EntityFacts): Value {
  // An accessor that stands as a variable may hold dots: `${auth/kubernetes/@accessor}`.
  const match = /^(\$\{[^}]*\}|[^.]*)\.(.*)$/s.exec(field)
  if (match === null) return 'skipped'
  const [, accessor = '', attribute = ''] = match
  if (!/^(?:id|name|metadata\..+|custom_metadata\..+)$/s.test(attribute)) return 'skipped'
  const missing = entity.whole ? 'skipped' : 'unknown'
  const named = entity.aliases.find((alias) => isAccessorOf(alias, accessor) === 'yes')
  if (named) return aliasAttribute(named, attribute) ?? missing
  const open = entity.aliases.find((alias) => isAccessorOf(alias, accessor) === 'unknown')
  const value = open && aliasAttribute(open, attribute)
  if (!value) return missing
  // The value is right if the rule means this login's auth mount, and only the server knows its accessor.
  return { ...value, uncertain: `whether ${accessor} is the accessor of this login's auth mount` }
}

/** Whether an accessor, as a rule writes it, is that of the alias' auth mount. */
function isAccessorOf(alias: AliasFacts, accessor: string): 'yes' | 'no' | 'unknown' {
  const path = /^\$\{auth\/(.+?)\/?@accessor\}$/.exec(accessor)?.[1]
  if (path !== undefined && alias.mount !== undefined) return path === alias.mount ? 'yes' : 'no'
  const isVariable = accessor.includes('${')
  if (alias.mountAccessor !== undefined && !isVariable) return alias.mountAccessor === accessor ? 'yes' : 'no'
  if (alias.soleOfType === undefined) return 'unknown'
  return isVariable || accessor.startsWith(`auth_${alias.soleOfType}_`) ? 'yes' : 'unknown'
}

function aliasAttribute(alias: AliasFacts, attribute: string): { readonly value: string } | undefined {
  if (attribute === 'id') return known(alias.id)
  if (attribute === 'name') return known(alias.name)
  if (attribute.startsWith('metadata.')) return entry(alias.metadata, attribute.slice('metadata.'.length))
  if (!attribute.startsWith('custom_metadata.')) return undefined
  return entry(alias.customMetadata, attribute.slice('custom_metadata.'.length))
}

function groupValue(selector: string, entity: EntityFacts | null | undefined): Value {
  if (entity === null) return 'skipped'
  if (entity === undefined) return 'unknown'
  const missing = entity.whole ? 'skipped' : 'unknown'
  const [by, key, ...attribute] = selector.split('.')
  if ((by !== 'ids' && by !== 'names') || key === undefined) return 'skipped'
  const group = entity.groups?.find((one) => (by === 'ids' ? one.id : one.name) === key)
  if (!group) return missing
  const name = attribute.join('.')
  if (name === 'id') return { value: group.id }
  if (name === 'name') return known(group.name) ?? 'skipped'
  if (name.startsWith('metadata.')) return entry(group.metadata, name.slice('metadata.'.length)) ?? missing
  return 'skipped'
}

/** An empty name or id counts as missing; an empty metadata value does not. */
function known(value: string | undefined): { readonly value: string } | undefined {
  return value === undefined || value === '' ? undefined : { value }
}

function entry(map: Readonly<Record<string, string>> | undefined, key: string): { readonly value: string } | undefined {
  return map && Object.hasOwn(map, key) ? { value: map[key] ?? '' } : undefined
}
