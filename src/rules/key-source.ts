import type { Chain, Link } from '../chain/chain.ts'
import { vaultPathsOf } from '../chain/kv-path.ts'
import { linksByField } from '../chain/links-by-field.ts'
import { listAt, mapAt, textAt } from '../eso/field-value.ts'
import { secretSpec, secretTemplate } from '../eso/template/template-fields.ts'
import type { Manifest } from '../model/manifest.ts'
import { nearestName } from '../model/nearest-name.ts'
import type { Span } from '../model/span.ts'
import type { FieldPath } from '../model/value.ts'
import { nameField } from '../model/wording.ts'

/** What of an ExternalSecret comes closest to a key that its Secret has not got, and the Vault path that it reads it from. */
export type KeySource =
  /** `data` reads it, and the template does not write it. */
  | {
      readonly is: 'dropped'
      readonly span: Span
      readonly vaultPath: string | undefined
      readonly template: FieldPath
    }
  /** The property of that name is read under another key. */
  | { readonly is: 'renamed'; readonly span: Span; readonly vaultPath: string | undefined; readonly as: string }
  /** A key that looks like it. */
  | {
      readonly is: 'near'
      readonly span: Span | undefined
      readonly vaultPath: string | undefined
      readonly as: string
    }
  /** A secret that it reads has a property of that name (live). */
  | { readonly is: 'in-vault'; readonly span: Span; readonly vaultPath: string; readonly key: string }
  /** It takes all keys of a secret, which was seen to lack this one (live). */
  | { readonly is: 'extracted'; readonly span: Span; readonly vaultPath: string }
  /** Its template writes the keys of the Secret, and not this one. */
  | { readonly is: 'templated'; readonly span: Span; readonly vaultPath: string | undefined }
  | { readonly is: 'none'; readonly vaultPath: string | undefined }

/** `keys`: those that the Secret has. */
export function keySource(chain: Chain, maker: Manifest, wanted: string, keys: ReadonlySet<string>): KeySource {
  const found = secretSpec(maker)
  const fields = linksByField(chain.links).get(maker)
  const pathOf = (field: FieldPath): string | undefined => {
    const link: Link | undefined = fields?.get(nameField(field))
    return link === undefined ? undefined : vaultPathsOf(link)[0]
  }
  const items = listAt(found?.spec, 'data').map((item, i) => {
    const field: FieldPath = [...(found?.path ?? []), 'data', i]
    return { key: textAt(item, 'secretKey') ?? '', property: textAt(item, 'remoteRef', 'property'), field }
  })
  const spanOf = (field: FieldPath) => maker.spanOf([...field, 'secretKey'])
  const own = items.find(({ key }) => key === wanted)
  if (own !== undefined)
    return {
      is: 'dropped',
      span: spanOf(own.field),
      vaultPath: pathOf(own.field),
      template: secretTemplate(maker)?.path ?? [],
    }
  const renamed = items.find(({ key, property }) => property === wanted && keys.has(key))
  if (renamed !== undefined)
    return { is: 'renamed', span: spanOf(renamed.field), vaultPath: pathOf(renamed.field), as: renamed.key }
  const near = nearestName(wanted, keys)
  const item = items.find(({ key }) => key === near)
  if (near !== undefined)
    return {
      is: 'near',
      as: near,
      span: item === undefined ? undefined : spanOf(item.field),
      vaultPath: item === undefined ? undefined : pathOf(item.field),
    }
  const every = new Set([...(fields?.values() ?? [])].flatMap(vaultPathsOf))
  const onlyPath = every.size === 1 ? [...every][0] : undefined
  const block = secretTemplate(maker)
  if (!keepsData(maker) && block !== undefined)
    return { is: 'templated', span: maker.spanOf([...block.path, 'data'], 'key'), vaultPath: onlyPath }
  const holder = items.find(({ field }) => hasProperty(fields?.get(nameField(field)), wanted))
  const [path] = holder === undefined ? [] : [pathOf(holder.field)]
  if (holder !== undefined && path !== undefined)
    return {
      is: 'in-vault',
      span: spanOf(holder.field),
      vaultPath: path,
      key: textAt(maker.body, ...holder.field, 'remoteRef', 'key') ?? path,
    }
  const whole = listAt(found?.spec, 'dataFrom').flatMap((item, i) => {
    const field: FieldPath = [...(found?.path ?? []), 'dataFrom', i, 'extract']
    const from = pathOf(field.slice(0, -1))
    return textAt(item, 'extract', 'key') === undefined || from === undefined ? [] : [{ field, from }]
  })
  const [first] = whole.filter(
    ({ field }) => fields?.get(nameField(field.slice(0, -1)))?.secret?.presence === 'present',
  )
  if (first !== undefined)
    return { is: 'extracted', span: maker.spanOf([...first.field, 'key']), vaultPath: first.from }
  return { is: 'none', vaultPath: onlyPath }
}

/** Whether what `data` and `dataFrom` bring stays in the Secret beside what a template writes (consumers.md §3.2). */
function keepsData(maker: Manifest): boolean {
  const template = secretTemplate(maker)?.template
  const writes = Object.keys(mapAt(template, 'data') ?? {}).length > 0 || listAt(template, 'templateFrom').length > 0
  return !writes || textAt(template, 'mergePolicy') === 'Merge'
}

function hasProperty(link: Link | undefined, property: string): boolean {
  const secret = link?.secret
  return secret?.presence === 'present' && secret.keys !== undefined && Object.hasOwn(secret.keys, property)
}
