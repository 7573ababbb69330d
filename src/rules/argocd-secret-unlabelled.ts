import { mapAt, textAt } from '../eso/field-value.ts'
import { textHoles } from '../eso/holes.ts'
import { patchOver } from '../eso/patched.ts'
import { isLive } from '../model/cluster.ts'
import { nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { readersAt } from './readers-at.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { spanOrKey } from './span-or-key.ts'
import { templatePath } from './template-place.ts'

const LABEL = 'app.kubernetes.io/part-of'

/** Argo CD looks for `$name:key` in Secrets with its own label alone (consumers.md §2.1). */
export const argocdSecretUnlabelled: Rule = {
  id: 'argocd-secret-unlabelled',
  title: 'Argo CD does not see a Secret that its configuration names, because the Secret lacks a label',
  group: 'manifest',
  severity: 'warning',
  *check({ lastMile }): Iterable<RuleFinding> {
    for (const maker of lastMile.makers) {
      const { by, name, creation } = maker
      // Into a Secret of others the labels of others stay.
      if ((creation !== 'Owner' && creation !== 'Orphan') || !isLive(by)) continue
      const readers = readersAt('argocd-text', maker, lastMile)
      if (readers === undefined) continue
      const template = templatePath(by)
      // Without a template the ExternalSecret's own labels are copied (consumers.md §3.7).
      const metadata = mapAt(by.body, ...template) === undefined ? ['metadata'] : [...template, 'metadata']
      const label = textAt(by.body, ...metadata, 'labels', LABEL)
      if (label === 'argocd' || (label !== undefined && textHoles(label).length > 0)) continue
      if (patchOver(by, [...metadata, 'labels', LABEL]) !== undefined) continue
      yield {
        rule: this.id,
        severity: this.severity,
        headline: `Argo CD does not see Secret \`${name}\`: it lacks a label`,
        why: (object) =>
          `${object} makes it ${label === undefined ? `without the label \`${LABEL}\`` : `with \`${LABEL}: ${label}\``}, and ${readers.named} asks for \`$${name}:${readers.first.keys[0]?.[0] ?? ''}\`. ` +
          'Argo CD looks at Secrets with `part-of: argocd` alone: it takes the text itself for the value, and only a log says so.',
        span: spanOrKey(by, [...metadata, 'labels', LABEL]),
        related: readers.related('asks for a key of it'),
        fix: {
          lead: metadata.length === 1 ? 'give the ExternalSecret the label' : 'give the template the label',
          kind: 'insert',
          language: 'yaml',
          text: `labels:\n  ${LABEL}: argocd`,
        },
        objects: [by],
        fingerprint: fingerprint(this.id, nameManifest(by)),
      }
    }
  },
}
