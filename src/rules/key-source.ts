import type { Chain, Link } from '../chain/chain.ts'
import { vaultPathsOf } from '../chain/kv-path.ts'
import { linksByField } from '../chain/links-by-field.ts'
import { listAt, textAt } from '../eso/field-value.ts'
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
  const paths = new Set(items.flatMap(({ field }) => pathOf(field) ?? []))
  return { is: 'none', vaultPath: paths.size === 1 ? [...paths][0] : undefined }
}
