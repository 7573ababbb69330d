import { valueAt } from '../eso/field-value.ts'
import { patchOver } from '../eso/patched.ts'
import { nameManifest } from '../model/wording.ts'
import { isEsoMaker } from '../workloads/makers.ts'
import { isNoPullSecret } from '../workloads/secret-types.ts'
import { fingerprint } from './fingerprint.ts'
import { readersAt } from './readers-at.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { spanOrKey } from './span-or-key.ts'
import { templatePath } from './template-place.ts'

/** The kubelet leaves a pull secret of any other type out, without a word (consumers.md §1.1, F). */
export const pullSecretType: Rule = {
  id: 'pull-secret-type',
  title: 'A Secret that pulls images does not have the type that the kubelet looks for',
  group: 'manifest',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    const { lastMile } = chain
    for (const maker of lastMile.makers) {
      const { by, name, type, creation } = maker
      // Into a Secret of others the type of others stays.
      if (!isEsoMaker(maker) || creation === 'None' || creation === 'Merge' || creation === 'CreateOrMerge') continue
      const template = templatePath(by)
      if (!isNoPullSecret(type) || patchOver(by, [...template, 'type']) !== undefined) continue
      // A whole object as target says its type itself.
      if (valueAt(by.body, [...template.slice(0, -1), 'manifest']) !== undefined) continue
      const readers = readersAt('pull-secret', maker, lastMile)
      if (readers === undefined) continue
      yield {
        rule: this.id,
        severity: this.severity,
        headline: `Secret \`${name}\` pulls no image: it ${type === undefined ? 'has no type' : `is of type \`${type}\``}`,
        why: (object) =>
          `${object} makes it ${type === undefined ? 'without a type' : `of type \`${type}\``}, and ${readers.named} pulls images with it. ` +
          'The kubelet takes only `kubernetes.io/dockerconfigjson` for that and ignores others silently: a private image ends in ImagePullBackOff.',
        span: spanOrKey(by, [...template, 'type']),
        related: readers.related('pulls images with it'),
        fix: {
          lead: 'give the template the type, and a key `.dockerconfigjson`',
          kind: 'insert',
          language: 'yaml',
          text: 'type: kubernetes.io/dockerconfigjson',
          note: 'The type of a Secret that is there cannot be changed: delete it once, and ESO makes it anew.',
        },
        objects: [by],
        fingerprint: fingerprint(this.id, nameManifest(by)),
      }
    }
  },
}
