import type { Chain, Link } from '../../chain/chain.ts'
import { objectsOf } from '../../chain/fold-links.ts'
import { usesOf } from '../../chain/secret-uses.ts'
import { textAt } from '../../eso/field-value.ts'
import { secretSpec } from '../../eso/template/template-fields.ts'
import { isLive } from '../../model/cluster.ts'
import { InvalidInput } from '../../model/invalid-input.ts'
import { isEsoGroup } from '../../model/kinds.ts'
import type { Manifest } from '../../model/manifest.ts'
import { nearestNames } from '../../model/nearest-name.ts'
import { trimSlashes } from '../../model/trim-slashes.ts'
import { nameManifest } from '../../model/wording.ts'
import type { RotateDocument, RotatedSecret } from '../../report/answer.ts'
import { compare } from '../../rules/worst-first.ts'
import { frozenBy } from '../../workloads/frozen.ts'
import { isEsoMaker, makes } from '../../workloads/makers.ts'
import { restartOf } from '../../workloads/restart.ts'
import type { Gathered } from '../gather.ts'
import { usedPath } from './references.ts'
import { shownUser, usersOfLink } from './workload-users.ts'

/**
 * What has to happen after a secret of Vault got another value: which ExternalSecrets read it and when, and which workloads go on with
 * the old value until they start anew.
 *
 * @throws InvalidInput for a path that no reference reads, with the names that are near.
 */
export function rotate({ chain }: Pick<Gathered, 'chain'>, given: string): RotateDocument {
  const path = trimSlashes(given)
  const links = chain.links.filter(
    (link) => link.reference.operation !== 'push' && !link.reference.proposed && usesOf(link).some((use) => use(path)),
  )
  if (links.length === 0) throw new InvalidInput(unknownPath(path, chain))
  const objects = new Map<Manifest, Link[]>()
  for (const link of links)
    for (const object of objectsOf(link))
      if (isLive(object)) objects.set(object, [...(objects.get(object) ?? []), link])
  const secrets = [...objects].flatMap(([object, own]) => secretsOf(object, own, chain))
  return {
    version: 1,
    path,
    secrets: secrets.sort((a, b) => compare(a.manifest, b.manifest) || compare(a.secret, b.secret)),
  }
}

function secretsOf(object: Manifest, links: readonly Link[], chain: Chain): RotatedSecret[] {
  const { file, line } = object.span
  const asked = links.flatMap((link) => usersOfLink(chain, link))
  return chain.lastMile.makers.flatMap((maker) => {
    if (maker.by !== object || !isEsoMaker(maker) || !makes(maker)) return []
    const readers = new Set(chain.lastMile.readersOf(maker))
    const users = [...new Set(asked)].filter((one) => readers.has(one) && !isEsoGroup(one.by.apiVersion))
    return [
      {
        manifest: nameManifest(object),
        file,
        line,
        namespace: maker.namespace ?? null,
        secret: maker.name,
        properties: [...new Set(links.flatMap(({ reference }) => reference.property ?? []))],
        refresh: frozenBy(object)?.by ?? refreshOf(object),
        users: users.map((one) => ({
          ...shownUser(one),
          kind: one.by.kind,
          name: one.by.name,
          namespace: one.by.namespace ?? null,
          restart: restartOf(one, maker),
        })),
      },
    ]
  })
}

/** How often ESO reads; `on-change`: only when the object changes. */
function refreshOf(object: Manifest): string {
  const spec = secretSpec(object)?.spec
  if (textAt(spec, 'refreshPolicy') === 'OnChange') return 'on-change'
  return textAt(spec, 'refreshInterval') ?? '1h'
}

function unknownPath(path: string, { links }: Chain): string {
  const known = links.flatMap((link) => (link.store === undefined ? [] : (usedPath(link, link.store)?.path ?? [])))
  const near = nearestNames(path, known)
  const also = near.length === 0 ? '' : ` Near: ${near.join(', ')}.`
  return `No reference in Git reads ${JSON.stringify(path)}: give mount and key, as in kv/team/app.${also}`
}
