import type { Chain } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { valueAt } from '../eso/field-value.ts'
import type { Manifest, UnresolvedVariable, VariableSources } from '../model/manifest.ts'
import type { Reference } from '../model/reference.ts'
import { listed, nameField, nameManifest } from '../model/wording.ts'
import { decidesRequest } from './deciding-fields.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * A `${NAME}` in a reference or a store that Git does not resolve. Flux puts an empty text there when nothing defines it, so the
 * path that ESO asks for is another one than is written (platform.md §3.2).
 */
export const variableUnresolved: Rule = {
  id: 'variable-unresolved',
  title: 'A variable in a reference or a store that nothing in Git resolves',
  group: 'manifest',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    const isForeign = foreignFields(chain)
    for (const manifest of chain.manifests) {
      for (const variable of manifest.unresolved) {
        if (!decidesRequest(variable.path) || isForeign(manifest, variable)) continue
        if (hasDefault(manifest, variable)) continue
        const { lookedIn, name, path, span } = variable
        yield {
          rule: this.id,
          severity: this.severity,
          headline: `Variable \`${name}\` has no value in Git`,
          why: `Looked in: ${sourcesText(lookedIn)}.${whatFluxDoes(lookedIn)}`,
          does: `uses it in ${nameField(path)}`,
          cause: JSON.stringify([name, lookedIn]),
          parts: { what: `Variable \`${name}\` has no value in Git` },
          span,
          related: [],
          fix: {
            lead: 'give it to the check in `.github/eso-vault.yml`, or define it in `postBuild.substitute`',
            kind: 'insert',
            language: 'yaml',
            text: `manifests:\n  variables:\n    ${name}: VALUE`,
          },
          objects: [manifest],
          fingerprint: fingerprint(this.id, name, lookedIn.flux, nameManifest(manifest), nameField(path)),
        }
      }
    }
  },
}

/**
 * Whether a variable stands where only stores of other providers are asked, or in such a store: it has no Vault path. One in the name of
 * the store itself may lead to a store of Vault's.
 */
function foreignFields({ links, stores }: Chain): (manifest: Manifest, variable: UnresolvedVariable) => boolean {
  const references = new Map<Manifest, Reference[]>()
  for (const link of links)
    for (const manifest of objectsOf(link)) {
      const known = references.get(manifest)
      if (known === undefined) references.set(manifest, [link.reference])
      else known.push(link.reference)
    }
  const foreignStores = new Set(stores.filter((store) => !('path' in store)).map(({ manifest }) => manifest))
  return (manifest, { path }) => {
    if (foreignStores.has(manifest)) return true
    const all = references.get(manifest) ?? []
    const here = all.filter(({ field }) => field.every((part, index) => part === path[index]))
    const asked = here.length > 0 ? here : all
    return asked.length > 0 && asked.every(({ store }) => store.found === 'foreign')
  }
}

/** `${NAME:=text}` where nothing is known to substitute: whoever does takes the default. */
function hasDefault(manifest: Manifest, { name, path, lookedIn }: UnresolvedVariable): boolean {
  const text = valueAt(manifest.body, path)
  if (lookedIn.flux !== undefined || typeof text !== 'string') return false
  const uses = [...text.matchAll(/\$\{([A-Za-z_]\w*)([^{}]*)\}/g)].filter(([, used]) => used === name)
  return uses.length > 0 && uses.every(([, , rest = '']) => /^:?[-=]/.test(rest))
}

/** Without `postBuild` kustomize-controller does not look for variables at all (platform.md §3.2). */
function whatFluxDoes({ flux, postBuild }: VariableSources): string {
  if (flux === undefined) return ''
  return postBuild
    ? ' Flux puts an empty text in the place of what stays undefined.'
    : ' Without `postBuild` Flux replaces nothing, so ESO asks for the text as it is written.'
}

function sourcesText({ flux, postBuild, notInGit, refused }: VariableSources): string {
  const title = `Flux Kustomization ${flux}`
  const where =
    flux === undefined
      ? 'the variables input (no Flux Kustomization applies this)'
      : !postBuild
        ? `${title}, which has no postBuild`
        : notInGit.length === 0
          ? `postBuild of ${title}`
          : `postBuild of ${title} (Git does not show what ${listed(notInGit)} of its substituteFrom holds)`
  return refused === true ? `${where}; Flux does not accept this expression` : where
}
