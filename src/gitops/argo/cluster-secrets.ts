import { isMap, mapAt, stringAt, type Value, type ValueMap } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'

/** A cluster that a Secret of this repository registers with Argo CD. Only its metadata and name are kept, and whether it is the own one. */
export interface DeclaredCluster {
  /** Below the checkout. */
  readonly file: string
  /** `undefined`: it is encrypted, or made of something else. */
  readonly name: string | undefined
  /** Its server is the cluster that Argo CD runs in. */
  readonly isOwn: boolean
  readonly labels: ValueMap
  readonly annotations: ValueMap
}

const TYPE = 'argocd.argoproj.io/secret-type'
/** Argo CD's name for the server of the cluster that it runs in. */
export const OWN_SERVER = 'https://kubernetes.default.svc'

/** Secrets labelled as clusters: plain ones, and those that an ExternalSecret makes by its template (helm.md §1.5). */
export function declaredClusters(checkout: Checkout): readonly DeclaredCluster[] {
  const found: DeclaredCluster[] = []
  for (const file of checkout.sources.keys()) {
    if (!checkout.mentions(file, /argocd\.argoproj\.io\/secret-type/)) continue
    for (const { value } of checkout.documents(file)) {
      const told = declaredBy(value)
      if (told === undefined) continue
      found.push({ ...told, file })
    }
  }
  return found
}

type Told = Omit<DeclaredCluster, 'file'>

function declaredBy(object: Value): Told | undefined {
  if (!isMap(object)) return undefined
  if (object.kind === 'Secret') {
    const data = mapAt(object, 'data')
    const encoded = stringAt(data, 'name')
    const server = stringAt(object, 'stringData', 'server') ?? decoded(stringAt(data, 'server'))
    return clusterOf(object, stringAt(object, 'stringData', 'name') ?? decoded(encoded), server)
  }
  if (object.kind !== 'ExternalSecret') return undefined
  const template = mapAt(object, 'spec', 'target', 'template')
  const text = (name: string) => {
    const written = stringAt(template, 'data', name)
    return written?.includes('{{') ? undefined : written
  }
  return template === undefined ? undefined : clusterOf(template, text('name'), text('server'))
}

function clusterOf(object: ValueMap, name: string | undefined, server: string | undefined): Told | undefined {
  const labels = mapAt(object, 'metadata', 'labels') ?? {}
  if (labels[TYPE] !== 'cluster') return undefined
  return {
    name: isToldName(name) ? name : undefined,
    isOwn: server === OWN_SERVER,
    labels,
    annotations: mapAt(object, 'metadata', 'annotations') ?? {},
  }
}

function isToldName(name: string | undefined): boolean {
  return name !== undefined && name !== '' && !name.startsWith('ENC[')
}

function decoded(text: string | undefined): string | undefined {
  return text === undefined || text.startsWith('ENC[') ? undefined : Buffer.from(text, 'base64').toString('utf8')
}
