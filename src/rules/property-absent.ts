import type { Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { propertyVerdict } from '../chain/property-verdict.ts'
import { goQuote } from '../model/go-quote.ts'
import { shellWord } from '../model/shell-word.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { cliOf } from './cli.ts'
import { fingerprint } from './fingerprint.ts'
import { readersOfSecrets } from './per-secret.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** What was probably meant; hashed names can be looked up, and not be listed (snapshot.md §2). */
function hasInstead({ secret }: Link, nearest: string | undefined): string {
  if (nearest !== undefined) return `It has \`${nearest}\`. `
  const isHashed = secret?.presence === 'present' && secret.keysHashed === true
  return isHashed ? 'The names of its keys are hashed in the snapshot. ' : ''
}

/**
 * The secret is there and the property is not. ESO fails the whole ExternalSecret, whatever its deletionPolicy: a missing
 * property is never "no secret" (eso.md §0.9). Judged by key names alone; what lies behind a value is not checked, and said to be so.
 */
export const propertyAbsent: Rule = {
  id: 'property-absent',
  title: 'The secret exists and has no such property',
  group: 'facts',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { path, links } of readersOfSecrets(chain)) {
      for (const link of links) {
        const { reference } = link
        const { property } = reference
        const verdict = propertyVerdict(link)
        if (property === undefined || verdict?.presence !== 'absent') continue
        yield {
          rule: this.id,
          severity: this.severity,
          headline: `Secret \`${path}\` has no property \`${property}\``,
          why: `${hasInstead(link, verdict.nearest)}ESO answers \`cannot find secret data for key: ${goQuote(property)}\`, and the whole object fails.`,
          cause: path,
          parts: {
            what: `Secret \`${path}\` lacks properties that are read`,
            keys: [property],
            command: `${cliOf(chain)} kv patch -mount=${shellWord(trimSlashes(link.store?.path ?? ''))} ${shellWord(path.slice(trimSlashes(link.store?.path ?? '').length + 1))}`,
          },
          does: `reads \`${property}\``,
          span: reference.propertySpan ?? reference.span,
          related: [],
          fix:
            verdict.nearest === undefined
              ? 'add the property, or name one that exists'
              : {
                  lead: 'name the property that exists',
                  kind: 'edit',
                  language: 'yaml',
                  text: `property: ${verdict.nearest}`,
                },
          objects: objectsOf(link),
          fingerprint: fingerprint(this.id, path, property),
          vaultPaths: [path],
        }
      }
    }
  },
  // One patch of the secret gives all that is missing.
  together: (findings) => {
    const { command = '' } = findings[0].parts ?? {}
    const keys = [...new Set(findings.flatMap(({ parts }) => parts?.keys ?? []))].sort()
    if (keys.length < 2) return { headline: findings[0].headline }
    const pairs = keys.map((key) => shellWord(`${key}=@${key.replace(/[^A-Za-z0-9._-]/g, '_')}.txt`))
    const text = `${command} \\\n  ${pairs.join(' \\\n  ')}`
    return { fix: { lead: 'add the properties, or name others', kind: 'command', language: 'sh', text } }
  },
}
