import type { DeletedSecret, KeptBy, PushDelete } from '../chain/change-effects.ts'
import type { Severity } from '../model/finding.ts'
import type { Reference } from '../model/reference.ts'
import { counted, listed, nameManifest, nameReference } from '../model/wording.ts'
import type { LastMile } from '../workloads/last-mile.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * A change after which ESO deletes secrets in Vault, because a PushSecret with `deletionPolicy: Delete` no longer writes them
 * (eso.md §3.8). What still reads them breaks; what is written again through another store is missing until the next push.
 */
export const pushDeletes: Rule = {
  id: 'push-deletes',
  title: 'A change makes ESO delete secrets in Vault',
  group: 'manifest',
  ofChange: true,
  severity: 'error',
  check: ({ before, lastMile }) => (before?.pushDeletes ?? []).map((one) => findingOf(one, lastMile)),
  together: ({ length }) => ({ headline: `This change makes ESO delete secrets of ${length} PushSecrets in Vault` }),
}

function findingOf(one: PushDelete, lastMile: LastMile): RuleFinding {
  const { object, store, gone, secrets, span } = one
  const readers = [...new Set(secrets.flatMap((secret) => secret.readers))]
  return {
    rule: pushDeletes.id,
    severity: severityOf(one),
    headline: headlineOf(one),
    why: (name) => [causeOf(one, name), ...consequencesOf(one, usersOf(readers, lastMile))].join(' '),
    cause: `${severityOf(one)} ${gone.code}`,
    span,
    related: readers.map((reference) => ({
      span: reference.span,
      message: `${nameReference(reference)} reads it`,
    })),
    fix: fixOf(one),
    objects: [object],
    fingerprint: fingerprint(
      pushDeletes.id,
      nameManifest(object),
      gone.code,
      `${store.kind}/${store.name}`,
      ...secrets.map(({ path, property }) => (property === undefined ? path : `${path}#${property}`)),
    ),
    vaultPaths: secrets.map(({ path }) => path),
  }
}

function headlineOf(one: PushDelete): string {
  const { secrets } = one
  const [path, ...others] = new Set(secrets.map((secret) => secret.path))
  const partly = secrets.every(({ property, othersRemain }) => property !== undefined && othersRemain)
  const only = `${partly ? (secrets.length === 1 ? 'a property of ' : 'properties of ') : ''}\`${path}\``
  const what = others.length === 0 ? only : counted(others.length + 1, 'secret')
  if (secrets.some(({ denied }) => denied)) return `ESO may not delete ${what}, and this change makes it try`
  return keptOf(one) === undefined
    ? `This change makes ESO delete ${what} in Vault`
    : `ESO deletes ${what} in Vault when its object goes`
}

function keptOf({ gone }: PushDelete): KeptBy | undefined {
  return gone.code === 'object' ? gone.keptBy : gone.code === 'source' ? gone.removed.keptBy : undefined
}

/** Why ESO does it, and what it does where the headline does not say all of it. */
function causeOf(one: PushDelete, name: string): string {
  const kept = keptOf(one)
  return [`${reasonOf(one, name)}.`, ...(kept === undefined ? [] : [keptSentence(kept)]), ...detailsOf(one)].join(' ')
}

function reasonOf({ gone, store }: PushDelete, name: string): string {
  switch (gone.code) {
    case 'object':
      return `${name} has \`deletionPolicy: Delete\`, and this change removes it`
    case 'store':
      return `${name} has \`deletionPolicy: Delete\` and no longer names ${store.kind} ${store.name}`
    case 'entry':
      return `${name} has \`deletionPolicy: Delete\`, and this change removes an entry of it`
    case 'source':
      return `${name} has \`deletionPolicy: Delete\`, and nothing makes the Secret ${gone.removed.namespace}/${gone.removed.name} any more that it pushes`
  }
}

/** What is deleted, where it is more or less than the one secret of the headline. */
function detailsOf({ secrets }: PushDelete): string[] {
  const paths = new Set(secrets.map(({ path }) => path))
  const properties = secrets.flatMap(({ property }) => (property === undefined ? [] : [`\`${property}\``]))
  if (paths.size > 1) return [`That is ${nameSecrets(secrets)}.`]
  if (properties.length < secrets.length) return []
  const what = `${properties.length === 1 ? 'Property' : 'Properties'} ${shortly(properties)} ${properties.length === 1 ? 'goes' : 'go'}`
  return [
    secrets.some(({ othersRemain }) => othersRemain)
      ? `${what}.`
      : `${what}, and the whole secret if nothing else is in it.`,
  ]
}

/** Why an object that Git no longer holds is not deleted. */
export function keptSentence(kept: KeptBy): string {
  return kept.code === 'annotation'
    ? `It stays in the cluster, because \`${kept.name}\` on it says so.`
    : `It stays in the cluster, because ${kept.by.kind} ${kept.by.name} does not prune.`
}

/** Properties of one secret stand together. */
function nameSecrets(secrets: readonly DeletedSecret[]): string {
  const byPath = new Map<string, DeletedSecret[]>()
  for (const secret of secrets) byPath.set(secret.path, [...(byPath.get(secret.path) ?? []), secret])
  return shortly(
    [...byPath].map(([path, of]) => {
      const properties = of.flatMap(({ property }) => (property === undefined ? [] : [`\`${property}\``]))
      if (properties.length < of.length) return `\`${path}\``
      const whole = of.some(({ othersRemain }) => othersRemain) ? '' : ' (the whole secret, if nothing else is in it)'
      return `${of.length === 1 ? 'property' : 'properties'} ${shortly(properties)} of \`${path}\`${whole}`
    }),
  )
}

/** The first names, and how many more there are. */
function shortly(names: readonly string[]): string {
  return names.length <= SHOWN ? listed(names) : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`
}

function consequencesOf(one: PushDelete, users: readonly string[]): string[] {
  const { gone, secrets, store } = one
  const said: string[] = []
  if (secrets.some(({ denied }) => denied))
    said.push(
      gone.code === 'object'
        ? 'The PushSecret then hangs in deletion, held by its finalizer.'
        : 'The PushSecret then stays not ready: `Failed to Delete Secrets from Provider`.',
    )
  else if (
    store.version === 'v2' &&
    secrets.some(({ othersRemain, property }) => property === undefined || !othersRemain)
  )
    said.push('All versions of a deleted secret are lost.')
  if (secrets.some(({ ifNotExists }) => ifNotExists))
    said.push('A secret that was there before the first push is kept.')
  const readers = [
    ...new Set(secrets.flatMap((secret) => secret.readers.map(({ manifest }) => nameManifest(manifest)))),
  ]
  if (readers.length > 0)
    said.push(
      `${shortly(readers)} still ${readers.length === 1 ? 'reads' : 'read'} ${secrets.length === 1 ? 'it' : 'them'}.`,
    )
  if (users.length > 0)
    said.push(
      `${shortly(users)} ${users.length === 1 ? 'uses' : 'use'} the Secret that is made of ${secrets.length === 1 ? 'it' : 'them'}.`,
    )
  const again = [...new Set(secrets.flatMap((secret) => secret.rewrittenBy))]
  if (again.length > 0) said.push(rewritten(again, one))
  return said
}

/** The workloads behind the references that read what is deleted. */
function usersOf(readers: readonly Reference[], lastMile: LastMile): string[] {
  const objects = new Set(readers.map(({ manifest }) => manifest))
  return [...new Set([...objects].flatMap((object) => lastMile.usersOf(object)).map(({ by }) => nameManifest(by)))]
}

/** As many names stand in a message; the rest is counted. */
const SHOWN = 3

function rewritten(references: readonly Reference[], { object, store, refreshInterval }: PushDelete): string {
  const isCopy = ({ manifest }: Reference) => manifest.kind === object.kind && manifest.name === object.name
  // The same PushSecret through another store; folded references stand for its copies in other namespaces.
  const through = references.filter((one) => isCopy(one) && one.storeRef?.name !== store.name)
  const own = references.filter((one) => !isCopy(one) || nameManifest(one.manifest) !== nameManifest(object))
  const others = own.filter((one) => !through.includes(one)).map(({ manifest }) => nameManifest(manifest))
  if (through.length === 0 && others.length > 0) {
    const who = [...new Set(others)]
    return `${shortly(who)} ${who.length === 1 ? 'writes' : 'write'} the same, and ${who.length === 1 ? 'pushes' : 'push'} it again only at the next refresh.`
  }
  const stores = through.map(({ storeRef }) => `${storeRef?.kind} ${storeRef?.name}`)
  const who = stores.length === 0 ? 'Another entry' : shortly([...new Set(stores)])
  const missing = /^0[a-z]*$/.test(refreshInterval)
    ? 'and `refreshInterval: 0` pushes it no more'
    : `so it is missing until the next push (\`refreshInterval\`: ${refreshInterval})`
  return `${who} writes the same, but ESO pushes first and deletes then, ${missing}.`
}

function fixOf({ gone }: PushDelete): string {
  switch (gone.code) {
    case 'object':
      return 'to keep it, set `deletionPolicy: None` first, and remove the PushSecret when that is applied'
    case 'source':
      return 'to keep it, set `deletionPolicy: None` on the PushSecret in this change'
    case 'store':
    case 'entry':
      return 'to keep it, set `deletionPolicy: None` in this change, and set it back when that is applied'
  }
}

function severityOf(one: PushDelete): Severity {
  if (keptOf(one) !== undefined) return 'note'
  return one.secrets.some((secret) => !secret.denied && !secret.ifNotExists && breaksReader(secret))
    ? 'error'
    : 'warning'
}

/** Whether ESO fails a reader: what it skips silently, or takes without the deleted property, is no error (eso.md §4.5). */
function breaksReader({ property, othersRemain, readers }: DeletedSecret): boolean {
  const staysThere = property !== undefined && othersRemain
  return readers.some((reference) =>
    staysThere ? reference.property !== undefined : reference.deletionPolicy === 'Retain',
  )
}
