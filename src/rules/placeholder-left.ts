import type { Chain } from '../chain/chain.ts'
import { patchOver } from '../eso/patched.ts'
import { isEsoGroup } from '../model/kinds.ts'
import type { Manifest } from '../model/manifest.ts'
import { type Hole, holesOf } from '../model/placeholders.ts'
import { type FieldPath, isList, isMap, stringAt, type Value } from '../model/value.ts'
import { counted, listed, nameField, nameManifest } from '../model/wording.ts'
import { decidesRequest } from './deciding-fields.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

interface Use {
  readonly manifest: Manifest
  readonly path: FieldPath
  readonly hole: Hole
}

/**
 * A placeholder that an overlay, a person or a generator was to replace, and that is still there in what is applied (applied.md §4.2):
 * ESO takes it as it is. Marks that a generator fills (`<NAME>`, `__NAME__`) are only a note where nothing shows that the files are
 * applied as they are: in a template of repositories they are what the files are for.
 */
export const placeholderLeft: Rule = {
  id: 'placeholder-left',
  title: 'A placeholder that nothing replaces is applied as it is',
  group: 'manifest',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    for (const uses of usesByPlaceholder(chain).values()) {
      const [first] = uses
      if (first === undefined) continue
      const { manifest, path, hole } = first
      const named = uses.map((use) => nameManifest(use.manifest))
      const others = [...new Set(named)].filter((name) => name !== named[0])
      const more =
        others.length === 0
          ? ''
          : ` Also in ${listed(others.slice(0, 3))}${others.length > 3 ? ` and ${counted(others.length - 3, 'other object')}` : ''}.`
      yield {
        rule: this.id,
        severity:
          isMark(hole) && uses.every((use) => use.manifest.origin.applied.verdict !== 'applied') ? 'note' : 'warning',
        message:
          `${nameField(path)} of ${named[0]} holds the placeholder \`${hole.text}\`, which no patch and no variable in Git replaces. ` +
          `ESO takes it as it is.${more}`,
        span: manifest.spanOf(path),
        related: uses
          .slice(1)
          .map((use) => ({ span: use.manifest.spanOf(use.path), message: `${nameField(use.path)} holds it too` })),
        fix: 'Write the value, or replace the field with a patch in each overlay that applies the object.',
        objects: uses.map((use) => use.manifest),
        fingerprint: fingerprint(this.id, hole.text),
      }
    }
  },
}

function usesByPlaceholder(chain: Chain): Map<string, Use[]> {
  const byText = new Map<string, Use[]>()
  for (const manifest of chain.manifests) {
    if (!isEsoGroup(manifest.apiVersion) || !reaches(manifest) || isFilledByArgoCd(manifest)) continue
    for (const [path, text] of texts(manifest.body, [])) {
      if (!decidesRequest(path) || patchOver(manifest, path) !== undefined) continue
      for (const hole of holesOf(text)) {
        if (hole.kind !== 'placeholder') continue
        const uses = byText.get(hole.text)
        if (uses === undefined) byText.set(hole.text, [{ manifest, path, hole }])
        else uses.push({ manifest, path, hole })
      }
    }
  }
  return byText
}

function reaches({ origin }: Manifest): boolean {
  const { verdict } = origin.applied
  return verdict === 'applied' || verdict === 'presumed' || verdict === 'suspended'
}

/** The Vault plugin of Argo CD replaces `<key>` in objects with this annotation. */
function isFilledByArgoCd({ body }: Manifest): boolean {
  return stringAt(body, 'metadata', 'annotations', 'avp.kubernetes.io/path') !== undefined
}

function isMark({ text }: Hole): boolean {
  return /^[<%@_]/.test(text)
}

function* texts(value: Value, path: FieldPath): Iterable<readonly [FieldPath, string]> {
  if (typeof value === 'string') yield [path, value]
  else if (isList(value)) for (const [index, item] of value.entries()) yield* texts(item, [...path, index])
  else if (isMap(value)) for (const [key, item] of Object.entries(value)) yield* texts(item, [...path, key])
}
