import type { Before, Chain, Link, Unreferenced } from '../chain/chain.ts'
import { engineOf } from '../chain/engine.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { vaultPathsOf } from '../chain/kv-path.ts'
import { secretUsers } from '../chain/secret-users.ts'
import { type Use, usesOf } from '../chain/secret-uses.ts'
import { type UnneededGrant, unneededGrants } from '../chain/unneeded-grants.ts'
import type { RelatedPlace } from '../model/finding.ts'
import type { RuleLocation } from '../model/law-reason.ts'
import type { Manifest } from '../model/manifest.ts'
import type { SecretUsers } from '../model/secret-user.ts'
import { nameManifest, nameReference } from '../model/wording.ts'
import type { ChangedLines } from './changed-lines.ts'
import { counterparts } from './counterparts.ts'
import { pushDeletes } from './push-deletes.ts'
import { removedTargets } from './removed-targets.ts'
import { spanNow } from './span-now.ts'
import { storeMoves } from './store-moves.ts'

export interface BeforeInput {
  readonly head: Chain
  readonly base: Chain
  readonly lines: ChangedLines
  readonly since: string
  /** Files of the head that could not be read: what they hold is not gone. */
  readonly unread: ReadonlySet<string>
  /** Who uses a Kubernetes Secret in the head; default: ESO's own objects. */
  readonly users?: SecretUsers
}

export function beforeFacts({ head, base, lines, since, unread, users = secretUsers(head) }: BeforeInput): Before {
  const counterpart = counterparts(head.manifests, unread)
  const removed = removedTargets({ head, base, lines, counterpart, users })
  const deletes = pushDeletes({ head, base, lines, counterpart, removedTargets: removed })
  const moves = storeMoves(head, base)
  const granted = new Map<string, readonly RuleLocation[]>()
  for (const link of base.links)
    for (const { access, decision } of link.accesses)
      if (decision.verdict === 'allowed')
        for (const manifest of objectsOf(link))
          granted.set(requestId(manifest, access.path, access.capability), decision.winner)
  return {
    since,
    lastMile: base.lastMile,
    grantedBy: ({ reference }, { path, capability }) =>
      granted.get(requestId(reference.manifest, path, capability)) ?? [],
    unreferenced: toldElsewhere(unreferenced(head, base, lines, unread), deletes, moves),
    pushDeletes: deletes,
    removedTargets: removed,
    storeMoves: moves,
  }
}

function requestId({ kind, namespace, name }: Manifest, path: string, capability: string): string {
  return JSON.stringify([kind, namespace, name, path, capability])
}

/** Without those of which more is known: ESO deletes them, or a key that still names them means another path now. */
function toldElsewhere(
  unreferenced: readonly Unreferenced[],
  deletes: Before['pushDeletes'],
  moves: Before['storeMoves'],
): Unreferenced[] {
  const told = new Set([
    ...deletes.flatMap(({ secrets }) => secrets.flatMap(({ touched }) => touched)),
    ...moves.map(({ pathBefore }) => pathBefore),
  ])
  return unreferenced.filter(({ path }) => !told.has(path))
}

/** Secrets that the base refers to and no reference of the head may mean. */
function unreferenced(head: Chain, base: Chain, lines: ChangedLines, unread: ReadonlySet<string>): Unreferenced[] {
  const gone = new Map<string, Link[]>()
  const plainly = new Set(head.links.flatMap(vaultPathsOf))
  const uses: Use[] = head.links.flatMap(usesOf)
  for (const link of base.links) {
    const { reference, store, mount } = link
    if (store === undefined || reference.proposed || reference.operation === 'find') continue
    if (reference.holes.length + store.holes.length > 0 || reference.notChecked !== undefined) continue
    if (engineOf(reference, mount) !== 'kv' || unread.has(reference.span.file)) continue
    for (const path of vaultPathsOf(link)) {
      const links = gone.get(path)
      if (links !== undefined) links.push(link)
      else if (!plainly.has(path) && !uses.some((use) => use(path))) gone.set(path, [link])
    }
  }
  if (gone.size === 0) return []
  const needless = newlyUnneeded(head, base)
  return [...gone].map(([path, links]) => {
    const [first] = links as [Link, ...Link[]]
    const { span } = first.reference
    return {
      path,
      reference: nameReference(first.reference),
      others: links.length - 1,
      pushed: links.every(({ reference }) => reference.operation === 'push'),
      span: spanNow(span, lines),
      fileGone: lines.now(span.file, span.line) === undefined,
      usedBy: [
        ...new Set(
          links
            .flatMap((link) => objectsOf(link).flatMap((object) => base.lastMile.usersOf(object)))
            .map(({ by }) => nameManifest(by)),
        ),
      ],
      rules: rulesOf(links, needless),
    }
  })
}

/** Grants that something needed before and nothing needs now. */
function newlyUnneeded(head: Chain, base: Chain): UnneededGrant[] {
  const id = ({ policy, rule }: UnneededGrant) => `${policy.name} ${rule.label}`
  const before = new Set(
    unneededGrants(base)
      .filter(({ whole }) => whole)
      .map(id),
  )
  return unneededGrants(head).filter((grant) => grant.whole && !before.has(id(grant)))
}

function rulesOf(links: readonly Link[], needless: readonly UnneededGrant[]): RelatedPlace[] {
  const deciding = new Set(
    links.flatMap(({ accesses }) =>
      accesses.flatMap(({ decision }) => decision.winner.map(({ policy, path }) => `${policy} ${path}`)),
    ),
  )
  return needless.flatMap(({ policy, rule }) => {
    const span = policy.spanOfLine?.(rule.line)
    if (span === undefined || !deciding.has(`${policy.name} ${rule.label}`)) return []
    return [{ span, message: `rule \`${rule.label}\` of policy \`${policy.name}\`, which nothing needs any more` }]
  })
}
