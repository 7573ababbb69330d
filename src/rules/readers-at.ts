import type { RelatedPlace } from '../model/finding.ts'
import type { SecretPlace } from '../model/secret-place.ts'
import { andOthers, nameManifest } from '../model/wording.ts'
import type { Consumption } from '../workloads/consumption.ts'
import type { LastMile } from '../workloads/last-mile.ts'
import type { SecretMaker } from '../workloads/makers.ts'

/** Who asks at a place for the Secret of a maker. */
interface Readers {
  readonly first: Consumption
  /** All of them, as a sentence names them. */
  readonly named: string
  /** Where they ask; `does`: what each does there. */
  related(does: string): RelatedPlace[]
}

/** `undefined`: nobody does, or for somebody another maker may make it, too. */
export function readersAt(place: SecretPlace, maker: SecretMaker, lastMile: LastMile): Readers | undefined {
  const readers = lastMile.readersOf(maker).filter((one) => one.place === place)
  const [first, ...others] = readers
  if (first === undefined || readers.some((one) => lastMile.makersFor(one).certain.length > 1)) return undefined
  const also = others.map(({ by }) => by).filter((by) => by !== first.by)
  return {
    first,
    named: `${nameManifest(first.by)}${andOthers(also, first.by)}`,
    related: (does) =>
      readers.slice(0, 5).map(({ by, field }) => ({ span: by.spanOf(field), message: `${nameManifest(by)} ${does}` })),
  }
}
