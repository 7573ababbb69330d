import type { Chain } from '../chain/chain.ts'
import { textAt } from '../eso/field-value.ts'
import { textHoles } from '../eso/holes.ts'
import { patchOver } from '../eso/patched.ts'
import { secretSpec } from '../eso/template/template-fields.ts'
import { isLive } from '../model/cluster.ts'
import type { RelatedPlace, Severity } from '../model/finding.ts'
import { nearestName } from '../model/nearest-name.ts'
import { formatSpan } from '../model/span.ts'
import { nameManifest } from '../model/wording.ts'
import type { Consumption } from '../workloads/consumption.ts'
import { patchOverUse } from '../workloads/last-mile.ts'
import { isEsoMaker, makes, type SecretMaker } from '../workloads/makers.ts'
import { severityOf, usesSecret, withoutSecret } from './asked-place.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { sameLines } from './same-lines.ts'

/** What shows that a Secret which Git does not make is not made elsewhere either (consumers.md §6). */
type Evidence =
  /** An ExternalSecret made it before the change, and nothing makes it now. */
  | { readonly is: 'taken-away'; readonly by: SecretMaker; readonly since: string }
  /** ExternalSecrets name it and do not create it. */
  | { readonly is: 'not-created'; readonly by: SecretMaker }
  /** One that nothing asks for is called much the same. */
  | { readonly is: 'near'; readonly by: SecretMaker }

/**
 * A workload asks for a Secret that nothing makes. Secrets that Git does not make are common and nearly always right (operators, Jobs,
 * people), so that this is said with evidence only.
 */
export const consumerSecretAbsent: Rule = {
  id: 'consumer-secret-absent',
  title: 'A workload asks for a Secret that no ExternalSecret makes any more, or under another name',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    const told = new Set(
      (chain.before?.removedTargets ?? []).flatMap(({ name, users }) =>
        users.map(({ span }) => `${name} ${formatSpan(span)}`),
      ),
    )
    yield* sameLines(
      chain.lastMile.consumptions.flatMap((one) => {
        if (one.optional || one.place === 'pull-secret' || !isLive(one.by)) return []
        if (textHoles(one.name).length > 0 || patchOverUse(one) !== undefined) return []
        const evidence = evidenceFor(chain, one)
        if (evidence === undefined) return []
        const finding = findingOf(this.id, one, evidence)
        if (told.has(`${one.name} ${formatSpan(finding.span)}`)) return []
        return [{ finding, made: evidence.is === 'taken-away' ? undefined : evidence.by.by.span, what: evidence.is }]
      }),
    )
  },
}

function evidenceFor({ before, lastMile }: Chain, one: Consumption): Evidence | undefined {
  const { certain, possible } = lastMile.makersFor(one)
  if ([...certain, ...possible].some(makes)) return undefined
  const [idle] = certain.filter(isEsoMaker)
  if (idle !== undefined) return { is: 'not-created', by: idle }
  if (possible.length > 0) return undefined
  const earlier = before?.lastMile.makersFor(one).certain.find((maker) => isEsoMaker(maker) && makes(maker))
  if (before !== undefined && earlier !== undefined) return { is: 'taken-away', by: earlier, since: before.since }
  // A name alone is little: one that is made anywhere, for whomever, is not misspelt.
  if (severityOf(one) !== 'error' || lastMile.makersNamed(one.name).length > 0) return undefined
  const unasked = lastMile.makers.filter(
    (maker) =>
      isEsoMaker(maker) &&
      makes(maker) &&
      maker.namespace !== undefined &&
      maker.namespace === one.secretNamespace &&
      shareRoot(maker, one) &&
      patchOver(maker.by, ['metadata', 'name'], ['spec', 'target', 'name']) === undefined &&
      lastMile.named(maker.name).length === 0,
  )
  const near = nearestName(
    one.name,
    unasked.map(({ name }) => name),
  )
  const by = unasked.find(
    (maker) => maker.name === near || sharesStem(maker.name, one.name) || isPrefixed(maker, one.name),
  )
  return by === undefined ? undefined : { is: 'near', by }
}

function shareRoot({ by: maker }: SecretMaker, { by }: Consumption): boolean {
  if (maker === by) return true
  const roots = new Set(maker.origin.appliedBy.map(({ kind, name, span }) => `${kind} ${name} ${span.file}`))
  if (roots.size === 0 && by.origin.appliedBy.length === 0)
    return folderOf(maker.origin.file) === folderOf(by.origin.file)
  return by.origin.appliedBy.some(({ kind, name, span }) => roots.has(`${kind} ${name} ${span.file}`))
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf('/')))
}

/**
 * kustomize's `namePrefix` and `nameSuffix` change the name of an ExternalSecret, and with it the Secret's where no target names one, but
 * not the name that a workload asks for (consumers.md §4).
 */
function isPrefixed({ by, name }: SecretMaker, asked: string): boolean {
  if (by.origin.appliedBy.length === 0 || textAt(secretSpec(by)?.spec, 'target', 'name')) return false
  return name === by.name && (name.endsWith(asked) || name.startsWith(asked))
}

/** `thanos-secret` and `thanos-objectstore-secret`: the words of the one are all in the other, in order, the first of them first. */
function sharesStem(one: string, other: string): boolean {
  const [short, long] = [one.split('-'), other.split('-')].sort((a, b) => a.length - b.length) as [string[], string[]]
  if (short.length < 2 || short[0] !== long[0]) return false
  let at = 0
  for (const word of long) if (word === short[at]) at++
  return at === short.length
}

function findingOf(id: string, one: Consumption, evidence: Evidence): RuleFinding {
  const uses = usesSecret(one)
  return {
    rule: id,
    severity: severityFor(one, evidence),
    headline:
      evidence.is === 'taken-away'
        ? `This change removes Secret \`${one.name}\`, which is still in use`
        : `Nothing in Git makes Secret \`${one.name}\``,
    why: (object) => `${uses(object)}, ${said(evidence)} ${withoutSecret(one)}`,
    cause: JSON.stringify([one.name, one.secretNamespace, evidence.is, nameManifest(evidence.by.by)]),
    span: one.by.spanOf(one.field),
    related: relatedOf(evidence),
    fix: fixOf(evidence, one.name),
    objects: [one.by],
    fingerprint: fingerprint(id, nameManifest(one.by), one.name, evidence.is, one.container, one.place),
  }
}

function severityFor(one: Consumption, { is, by }: Evidence): Severity {
  if (is === 'near' || (is === 'not-created' && by.creation === 'Merge')) return 'warning'
  return severityOf(one)
}

function said(evidence: Evidence): string {
  const by = nameManifest(evidence.by.by)
  switch (evidence.is) {
    case 'taken-away':
      return `which ${by} makes in ${evidence.since} and nothing makes after this change.`
    case 'not-created':
      return evidence.by.creation === 'None'
        ? `and ${by} does not make it: its creationPolicy is \`None\`.`
        : `and ${by} only writes into it: with creationPolicy \`Merge\` ESO makes no Secret, and nothing else in Git does.`
    case 'near':
      return `which nothing in Git makes; ${by} makes \`${evidence.by.name}\`, which nothing asks for.`
  }
}

function relatedOf({ is, by }: Evidence): RelatedPlace[] {
  // What is gone stands nowhere.
  return is === 'taken-away' ? [] : [{ span: by.by.span, message: `${nameManifest(by.by)}` }]
}

function fixOf(evidence: Evidence, name: string): string {
  switch (evidence.is) {
    case 'taken-away':
      return `name the Secret that takes its place, or keep one that is called \`${name}\``
    case 'not-created':
      return evidence.by.creation === 'None'
        ? 'remove `creationPolicy: None`, or name the Secret that is meant'
        : 'write `creationPolicy: Owner`, or make the Secret in Git'
    case 'near':
      return `ask for \`${evidence.by.name}\`, or give the ExternalSecret \`target.name: ${name}\``
  }
}
