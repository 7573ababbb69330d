import { type InvalidRegexp, invalidRegexps } from '../eso/facts/invalid-regexps.ts'
import { nameField, nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A regular expression that Go's RE2 does not compile: no look-around, no back-references (eso.md §3.4). */
export const findRegexpInvalid: Rule = {
  id: 'find-regexp-invalid',
  title: 'A regular expression that ESO cannot compile',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const invalid of invalidRegexps(chain.manifests)) {
      const { manifest, field, span, pattern, because } = invalid
      yield {
        rule: this.id,
        severity: this.severity,
        headline: (object) => `\`${nameField(field.slice(-1))}\` of ${object} is no valid RE2 expression`,
        why: `${nameField(field)} is \`${pattern}\`: ${because}. ${consequence(invalid)}`,
        span,
        related: [],
        fix: 'write it in RE2, without look-ahead, look-behind or back-references; match more, and filter by path instead',
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), nameField(field)),
      }
    }
  },
}

function consequence({ where, pattern }: InvalidRegexp): string {
  switch (where) {
    case 'find':
      return `ESO lists the whole tree and then answers \`could not compile find.name.regexp [${pattern}]\`.`
    case 'condition':
      return "ESO's webhook refuses the store."
    case 'rewrite':
    case 'match':
      return 'The whole object fails.'
  }
}
