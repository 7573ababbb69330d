import { patchOver } from '../eso/patched.ts'
import type { AppliedBy } from '../model/applied.ts'
import { isClusterScoped, isEsoGroup } from '../model/kinds.ts'
import type { Manifest } from '../model/manifest.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * Flux applies an object that lives in a namespace, and neither the object, nor a kustomization, nor the Flux Kustomization says which:
 * kustomize-controller fails with `namespace not specified`, and applies nothing of the whole Kustomization (applied.md §1.3).
 */
export const namespaceMissing: Rule = {
  id: 'namespace-missing',
  title: 'Flux applies an object of which nothing says the namespace',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const manifest of chain.manifests) {
      const { apiVersion, kind, namespace, origin } = manifest
      if (!isEsoGroup(apiVersion) || isClusterScoped(kind) || namespace !== undefined) continue
      const by = origin.appliedBy.find(isFlux)
      if (by === undefined || mayBeTold(manifest)) continue
      yield {
        rule: this.id,
        severity: this.severity,
        headline: (object) => `${object} has no namespace`,
        why: `${by.kind === 'FluxInstance' ? 'FluxInstance' : 'Flux Kustomization'} ${by.name} applies it and gives none: Flux answers \`namespace not specified\` and applies nothing of it.`,
        cause: by.name,
        parts: {
          what: `Objects that ${by.kind === 'FluxInstance' ? 'FluxInstance' : 'Flux Kustomization'} \`${by.name}\` applies have no namespace`,
        },
        span: manifest.spanOf(['metadata', 'namespace']),
        related: [{ span: by.span, message: 'applies it' }],
        fix: {
          lead: 'write it into the object',
          kind: 'edit',
          language: 'yaml',
          text: 'metadata:\n  namespace: NAMESPACE',
          or: { lead: 'give all objects of the Kustomization one with `targetNamespace`', kind: 'advice' },
        },
        objects: [manifest],
        fingerprint: fingerprint(this.id, kind, manifest.name, by.name),
      }
    }
  },
}

function isFlux({ kind }: AppliedBy): boolean {
  return kind === 'Kustomization (Flux)' || kind === 'FluxInstance'
}

/** A variable or a patch that was not followed may say it. */
function mayBeTold(manifest: Manifest): boolean {
  const path = ['metadata', 'namespace']
  return (
    patchOver(manifest, path) !== undefined ||
    manifest.unresolved.some((variable) => variable.path[0] === 'metadata' && variable.path[1] === 'namespace')
  )
}
