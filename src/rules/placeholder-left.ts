import type { Chain } from '../chain/chain.ts'
import { patchOver } from '../eso/patched.ts'
import { isEsoGroup } from '../model/kinds.ts'
import type { Manifest } from '../model/manifest.ts'
import { type Hole, holesOf } from '../model/placeholders.ts'
import { type FieldPath, isList, isMap, stringAt, type Value } from '../model/value.ts'
import { nameField, nameManifest } from '../model/wording.ts'
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
      const marked = uses.every((use) => use.manifest.origin.applied.verdict !== 'applied')
      for (const { manifest, path, hole } of uses) {
        yield {
          rule: this.id,
          severity: isMark(hole) && marked ? 'note' : 'warning',
          headline: `Placeholder \`${hole.text}\` is not replaced`,
          why: 'No patch and no variable in Git replaces it, and ESO takes it as it is.',
          does: `has it in ${nameField(path)}`,
          cause: hole.text,
          span: manifest.spanOf(path),
          related: [],
          fix: 'write the value, or replace the field with a patch in each overlay that applies the object',
          objects: [manifest],
          fingerprint: fingerprint(this.id, hole.text, nameManifest(manifest), nameField(path)),
        }
      }
    }
  },
}

function usesByPlaceholder(chain: Chain): Map<string, Use[]> {
  const byText = new Map<string, Use[]>()
  for (const manifest of chain.manifests) {
    if (!isEsoGroup(manifest.apiVersion) || !reaches(manifest) || isFilledByArgoCd(manifest)) continue
    for (const [path, holes] of placeholders(manifest.body)) {
      if (!decidesRequest(path) || patchOver(manifest, path) !== undefined) continue
      for (const hole of holes) {
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

/** Every text with placeholders, and where it stands. */
function placeholders(body: Value): (readonly [FieldPath, readonly Hole[]])[] {
  const found: (readonly [FieldPath, readonly Hole[]])[] = []
  const path: (string | number)[] = []
  const visit = (value: Value, step: string | number) => {
    path.push(step)
    if (typeof value === 'string') {
      const holes = holesOf(value).filter(({ kind }) => kind === 'placeholder')
      if (holes.length > 0) found.push([path.slice(1), holes])
    } else if (isList(value)) value.forEach(visit)
    else if (isMap(value)) for (const key of Object.keys(value)) visit(value[key] as Value, key)
    path.pop()
  }
  visit(body, '')
  return found
}
