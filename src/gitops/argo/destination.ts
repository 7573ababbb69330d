import type { Cluster } from '../../model/cluster.ts'
import { type Placed, textAt } from '../placed/placed.ts'

/** Argo CD's names for the cluster that it runs in. */
const IN_CLUSTER = /^(?:in-cluster|https:\/\/kubernetes\.default(?:\.svc(?:\.cluster\.local)?)?(?::443)?\/?)$/

export interface DestinationContext {
  /** The cluster of what applies the Application. */
  readonly own: Cluster | undefined
  /** The folder that it applies. */
  readonly folder: string
  /** What its ApplicationSet filled in. */
  readonly parameters: ReadonlyMap<string, string>
  /** The ApplicationSet's (or Application's) own name. */
  readonly set: string
}

/**
 * The cluster that an Application applies to (applied.md §4.4). One that Git does not tell goes by the segment of the path that the
 * set's parameters tell, else by the environment in the path, else by the name of the set.
 */
export function destinationOf(destination: Placed | undefined, context: DestinationContext): Cluster | undefined {
  const { own, folder, parameters, set } = context
  const text = textAt(destination, 'name') ?? textAt(destination, 'server')
  if (text === undefined || text === '' || IN_CLUSTER.test(text)) return own
  const entry = own?.id ?? ''
  if (!text.includes('{{')) return { id: `cluster ${text}`, name: text, entry, remote: true }
  const named = parameters.get('nameNormalized') ?? parameters.get('name') ?? parameters.get('values.clusterDir')
  const segments = folder.split('/')
  const told = (value: string | undefined) => value !== undefined && value !== '' && segments.includes(value)
  const environment = segments.find((segment) => environmentOf(segment) !== undefined)
  const within = environment === undefined ? {} : { environment: environmentOf(environment) as string }
  if (named !== undefined && named !== '' && (told(named) || parameters.has('nameNormalized')))
    return { id: `${entry} ${named}`, name: named, entry, remote: true, ...within }
  const name = toldSegment(parameters, segments) ?? environment ?? set
  return { id: `${entry} ${name}`, name, entry, partly: true, remote: true, ...within }
}

/** What a set's parameter is called that tells the cluster, the surest first. */
const CALLED = [/cluster/i, /(?:^|\.)name(?:Normalized)?$/, /env|stage|region/i, /./]

/** Of the segments that are among the parameters the one whose parameter most likely names the cluster; of several the deepest. */
function toldSegment(parameters: ReadonlyMap<string, string>, segments: readonly string[]): string | undefined {
  for (const called of CALLED) {
    const values = new Set([...parameters].flatMap(([key, value]) => (called.test(key) ? [value] : [])))
    const found = segments.findLast((segment) => values.has(segment))
    if (found !== undefined) return found
  }
  return undefined
}

/** Environments by the names that they go by. */
const ENVIRONMENTS: readonly (readonly [RegExp, string])[] = [
  [/^(?:prod|production|prd)$/, 'production'],
  [/^(?:stage|staging|stg)$/, 'staging'],
  [/^(?:preprod|uat)$/, 'preproduction'],
  [/^(?:dev|develop|development)$/, 'development'],
  [/^(?:test|qa)$/, 'test'],
]

function environmentOf(segment: string): string | undefined {
  return ENVIRONMENTS.find(([names]) => names.test(segment))?.[1]
}
