import { listed, nameManifest } from '../model/wording.ts'
import { isEsoMaker } from '../workloads/makers.ts'
import { missingTypeKeys } from '../workloads/secret-types.ts'
import { toldKeys } from './asked-place.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { templatePath } from './template-place.ts'

/** The API server refuses a Secret of a type whose keys it lacks, and ESO cannot write it (consumers.md §1.4). */
export const secretTypeKeys: Rule = {
  id: 'secret-type-keys',
  title: 'A Secret lacks the keys that its type demands',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    const told = new Set<unknown>()
    for (const maker of chain.lastMile.makers) {
      const { by, name, type, keys } = maker
      if (!isEsoMaker(maker) || type === undefined || told.has(by)) continue
      const missing = missingTypeKeys(type, keys)
      if (missing === undefined) continue
      told.add(by)
      const [first = ''] = missing
      yield {
        rule: this.id,
        severity: this.severity,
        headline: `Secret \`${name}\` of type \`${type}\` lacks ${listed(missing.map((key) => `\`${key}\``))}`,
        why: (object) =>
          `${object} makes it with ${toldKeys(keys.known)}. The API server answers \`data[${first}]: Required value\`: ESO cannot write the Secret, and the object is not Ready.`,
        span: by.spanOf([...templatePath(by), 'type']),
        related: [],
        fix: `Add ${listed(missing.map((key) => `\`${key}\``))} to \`data\` or to the template, or take \`type\` away.`,
        objects: [by],
        fingerprint: fingerprint(this.id, nameManifest(by), type),
      }
    }
  },
}
