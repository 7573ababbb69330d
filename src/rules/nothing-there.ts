import type { Chain, Link } from '../chain/chain.ts'
import { listAt, mapAt } from '../eso/field-value.ts'
import { nameField } from '../model/wording.ts'

/**
 * What becomes of the Kubernetes Secret when ESO finds nothing for an item and goes on, as it does under `deletionPolicy: Delete`
 * and `Merge`: with other items that give keys it is written without this one's, else it is deleted or left without keys
 * (eso.md §4.5).
 */
export function secretWithout(chain: Chain, link: Link): string {
  const { deletionPolicy } = link.reference
  const policy = `With \`deletionPolicy: ${deletionPolicy}\``
  if (hasOtherKeys(chain, link))
    return `${policy} ESO writes the Kubernetes Secret without it, and says so only in an event (\`MissingProviderSecret\`).`
  return deletionPolicy === 'Delete'
    ? `${policy} ESO deletes the whole Kubernetes Secret (\`SecretDeleted\`): nothing else gives it a key.`
    : `${policy} ESO writes the Kubernetes Secret without any key, and reports success.`
}

/** Whether another item of the same object gives keys, as far as is known: those that are not there either do not count. */
export function hasOtherKeys({ links }: Chain, { reference }: Link): boolean {
  const spec = reference.field.slice(0, -2)
  const own = nameField(reference.field)
  const body = mapAt(reference.manifest.body, ...spec)
  const items = ['dataFrom', 'data'].flatMap((list) => listAt(body, list).map((_, i) => nameField([...spec, list, i])))
  const empty = new Set(
    links
      .filter((link) => link.reference.manifest === reference.manifest && isEmpty(link))
      .map((link) => nameField(link.reference.field)),
  )
  return items.some((item) => item !== own && !empty.has(item))
}

function isEmpty({ secret, found, reference }: Link): boolean {
  if (reference.operation === 'find') return found !== undefined && 'names' in found && found.names.length === 0
  return secret !== undefined && ['absent', 'deleted', 'destroyed'].includes(secret.presence)
}
