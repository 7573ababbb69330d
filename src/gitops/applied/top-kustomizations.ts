import { basename } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { KUSTOMIZATION_NAMES } from '../look-through/kustomization-file.ts'
import { isObstacle } from '../look-through/obstacle.ts'

/** A kustomization that no other one includes, Components apart. */
export interface TopKustomization {
  readonly folder: string
  /** Its own file. */
  readonly file: string
  /** All files that it takes; empty where it cannot be looked through. */
  readonly files: ReadonlySet<string>
}

export function topKustomizations(checkout: Checkout): TopKustomization[] {
  const included = new Set<string>()
  const found: TopKustomization[] = []
  for (const source of checkout.sources.values()) {
    if (checkout.deadline.over()) break
    if (!(KUSTOMIZATION_NAMES as readonly string[]).includes(basename(source.relative))) continue
    const slash = source.relative.lastIndexOf('/')
    const folder = slash === -1 ? '' : source.relative.slice(0, slash)
    const closure = checkout.closures.closureOf(folder)
    if (isObstacle(closure)) {
      if (/external-secrets/.test(source.text)) found.push({ folder, file: source.relative, files: new Set() })
      continue
    }
    for (const entry of closure.entries) if (entry.leads === 'directory') included.add(entry.relative)
    const { kind, apiVersion } = closure.kustomization.value
    if (kind === 'Component' || (typeof apiVersion === 'string' && !apiVersion.startsWith('kustomize.config.k8s.io/')))
      continue
    found.push({ folder, file: source.relative, files: closure.files })
  }
  return found.filter(({ folder }) => !included.has(folder))
}
