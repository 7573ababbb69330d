import { listAt, textAt, valueAt } from '../eso/field-value.ts'
import { secretSpec } from '../eso/template/template-fields.ts'
import { isLive } from '../model/cluster.ts'
import type { Fix } from '../model/finding.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Span } from '../model/span.ts'
import { nameManifest } from '../model/wording.ts'
import type { Consumption } from '../workloads/consumption.ts'
import { type Frozen, frozenBy } from '../workloads/frozen.ts'
import { isEsoMaker, type SecretMaker } from '../workloads/makers.ts'
import { named } from './asked-place.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { templatePath } from './template-place.ts'

/**
 * A change adds keys to an ExternalSecret that ESO never looks at again once it was written (consumers.md §3.8): they exist in a new
 * cluster, and in a running one never, although the object stays Ready.
 */
export const keyNeverArrives: Rule = {
  id: 'key-never-arrives',
  title: 'A change adds a key to a Secret that ESO does not write again',
  group: 'manifest',
  ofChange: true,
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    const { before, lastMile } = chain
    if (before === undefined) return
    const told = new Set<Manifest>()
    for (const maker of lastMile.makers) {
      const frozen = isEsoMaker(maker) && isLive(maker.by) && !told.has(maker.by) ? frozenBy(maker.by) : undefined
      const earlier = frozen === undefined ? undefined : sameMaker(before.lastMile.makersNamed(maker.name), maker)
      if (frozen === undefined || earlier === undefined || maker.keys.open || earlier.keys.open) continue
      const added = [...maker.keys.known].filter((key) => !earlier.keys.known.has(key))
      if (added.length === 0) continue
      told.add(maker.by)
      const readers = lastMile
        .readersOf(maker)
        .filter((one) => !one.optional && one.keys.flat().some((key) => added.includes(key)))
      yield findingOf(this.id, { maker, frozen, added, readers })
    }
  },
}

function sameMaker(makers: readonly SecretMaker[], { by, namespace }: SecretMaker): SecretMaker | undefined {
  return makers.find(
    (one) =>
      one.by.kind === by.kind &&
      one.by.name === by.name &&
      one.namespace === namespace &&
      one.by.origin.applied.cluster?.id === by.origin.applied.cluster?.id &&
      frozenBy(one.by) !== undefined,
  )
}

function findingOf(
  id: string,
  {
    maker: { by, name },
    frozen,
    added,
    readers,
  }: { maker: SecretMaker; frozen: Frozen; added: readonly string[]; readers: readonly Consumption[] },
): RuleFinding {
  const [first] = readers
  const keys = `${added.length > 1 ? 'keys' : 'key'} ${named(added)}`
  const asked =
    first === undefined ? '' : ` ${nameManifest(first.by)} asks for ${added.length > 1 ? 'one of them' : 'it'}.`
  return {
    rule: id,
    severity: first === undefined ? 'warning' : 'error',
    headline: `${added.length > 1 ? 'Keys' : 'Key'} ${named(added)} will not reach Secret \`${name}\` where it exists`,
    why: (object) =>
      `This change adds ${keys} to ${object}, and ${WHY[frozen.by]}: the Secret keeps its old keys, and the object stays Ready.${asked}`,
    span: spanOfKey(by, added[0] ?? ''),
    related: [
      { span: by.spanOf(frozen.field), message: 'why ESO does not write it again' },
      ...readers.map((one) => ({ span: one.by.spanOf(one.field), message: `${nameManifest(one.by)} asks for it` })),
    ],
    fix: FIX[frozen.by],
    objects: [by],
    fingerprint: fingerprint(id, nameManifest(by), ...added),
  }
}

const WHY: Readonly<Record<Frozen['by'], string>> = {
  interval: 'ESO (0.11 and later) does not look at it again, because its `refreshInterval` is 0',
  'created-once': 'ESO does not look at it again, because its `refreshPolicy` is `CreatedOnce`',
  immutable: 'ESO does not change a Secret that is `immutable`',
}

const ANEW = 'Or delete the Secret once after the merge, and ESO makes it anew.'
const ON_CHANGE = {
  lead: 'let ESO write it when the ExternalSecret changes',
  kind: 'edit',
  language: 'yaml',
  text: 'refreshPolicy: OnChange',
  note: ANEW,
} as const

const FIX: Readonly<Record<Frozen['by'], Fix | string>> = {
  interval: ON_CHANGE,
  'created-once': ON_CHANGE,
  immutable: 'Delete the Secret once after the merge, and ESO makes it anew; or give the target another name.',
}

function spanOfKey(by: Manifest, key: string): Span {
  const inTemplate = [...templatePath(by), 'data', key]
  if (valueAt(by.body, inTemplate) !== undefined) return by.spanOf(inTemplate, 'key')
  const found = secretSpec(by)
  const index = listAt(found?.spec, 'data').findIndex((item) => textAt(item, 'secretKey') === key)
  return index < 0 ? by.span : by.spanOf([...(found?.path ?? []), 'data', index, 'secretKey'])
}
