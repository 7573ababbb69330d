import type { Chain } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { valueAt } from '../eso/field-value.ts'
import type { Finding } from '../model/finding.ts'
import type { Manifest, UnresolvedVariable, VariableSources } from '../model/manifest.ts'
import type { Reference } from '../model/reference.ts'
import { counted, listed, nameField, nameManifest } from '../model/wording.ts'
import { decidesRequest } from './deciding-fields.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule } from './rule.ts'

interface Use {
  readonly finding: Finding
  readonly manifests: Set<string>
  readonly related: Finding['related'][number][]
}

/**
 * A `${NAME}` in a reference or a store that Git does not resolve. Flux puts an empty text there when nothing defines it, so the
 * path that ESO asks for is another one than is written (platform.md §3.2).
 */
export const variableUnresolved: Rule = {
  id: 'variable-unresolved',
  title: 'A variable in a reference or a store that nothing in Git resolves',
  group: 'manifest',
  severity: 'warning',
  *check(chain): Iterable<Finding> {
    const uses = new Map<string, Use>()
    const isForeign = foreignFields(chain)
    for (const manifest of chain.manifests) {
      for (const variable of manifest.unresolved) {
        if (!decidesRequest(variable.path) || isForeign(manifest, variable)) continue
        if (hasDefault(manifest, variable)) continue
        const { lookedIn } = variable
        const cause = JSON.stringify([variable.name, lookedIn])
        const known = uses.get(cause)
        if (known !== undefined) {
          known.manifests.add(nameManifest(manifest))
          known.related.push({ span: variable.span, message: `${nameField(variable.path)} uses it too` })
          continue
        }
        uses.set(cause, {
          manifests: new Set([nameManifest(manifest)]),
          related: [],
          finding: {
            rule: this.id,
            severity: this.severity,
            message:
              `\`\${${variable.name}}\` in ${nameField(variable.path)} of ${nameManifest(manifest)} is resolved by nothing in Git, ` +
              `so its Vault path is not checked. Looked in: ${sourcesText(lookedIn)}.` +
              whatFluxDoes(lookedIn),
            span: variable.span,
            related: [],
            fix: `Give it to the check: \`variables: ${variable.name}=…\` (input, or \`manifests.variables\` in the config), or define it in \`postBuild.substitute\`.`,
            fingerprint: fingerprint(this.id, variable.name, lookedIn.flux),
          },
        })
      }
    }
    for (const { finding, manifests, related } of uses.values()) {
      const others = [...manifests].slice(1)
      const more =
        others.length === 0
          ? ''
          : ` Also in ${listed(others.slice(0, 3))}${others.length > 3 ? ` and ${counted(others.length - 3, 'other object')}` : ''}.`
      yield { ...finding, message: finding.message + more, related }
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
