import type { NamingRule } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { kvPath } from '../chain/kv-path.ts'
import type { Manifest } from '../model/manifest.ts'

import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A path that fits none of the house's naming patterns (config `naming`): usually a wrong environment, cluster or app. */
export const namingViolation: Rule = {
  id: 'naming-violation',
  title: 'A Vault path does not follow the naming patterns of the config',
  group: 'manifest',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    if (chain.naming.length === 0) return
    for (const link of chain.links) {
      const { reference, store } = link
      const access = reference.accesses.find((one) => one.side === 'data' || one.side === 'metadata')
      if (access === undefined || store === undefined || reference.holes.length > 0 || store.holes.length > 0) continue
      if (reference.operation === 'find' || reference.operation === 'generator') continue
      const path = kvPath(access.path, store.path)
      const misfits = chain.naming.map((naming) => misfit(naming, path, reference.manifest))
      if (misfits.includes(undefined)) continue
      const [first] = chain.naming
      const closest = misfits.find((reason) => reason?.where) ?? misfits[0]
      if (first === undefined || closest === undefined) continue
      yield {
        rule: this.id,
        severity: this.severity,
        headline: `\`${path}\` does not follow the naming pattern`,
        why: `The pattern is \`${closest.naming.pattern}\`: ${closest.because}.`,
        span: reference.span,
        related: [{ span: closest.naming.span, message: 'the pattern' }],
        fix: 'correct the path, or add a pattern that admits it',
        objects: objectsOf(link),
        fingerprint: fingerprint(this.id, path),
        vaultPaths: [path],
      }
    }
  },
}

interface Misfit {
  readonly naming: NamingRule
  readonly because: string
  /** The shape fits, and only a value is wrong: the likeliest pattern to have been meant. */
  readonly where: boolean
}

/** Segment by segment, because a name in braces never spans a slash. The pattern may be written with or without the mount. */
function misfit(naming: NamingRule, path: string, manifest: Manifest): Misfit | undefined {
  const wanted = naming.pattern.split('/')
  const whole = path.split('/')
  const given = whole.length === wanted.length + 1 ? whole.slice(1) : whole
  if (given.length !== wanted.length) {
    return { naming, because: `it has ${whole.length} segments`, where: false }
  }
  for (const [i, pattern] of wanted.entries()) {
    const value = given[i] ?? ''
    const names = matchSegment(pattern, value)
    if (names === undefined)
      return { naming, because: `\`${value}\` stands where the pattern has \`${pattern}\``, where: false }
    for (const [name, found] of names) {
      const where = Object.hasOwn(naming.where, name) ? naming.where[name] : undefined
      const allowed = where?.map((text) => fill(text, manifest))
      if (allowed === undefined || allowed.includes(undefined) || allowed.includes(found)) continue
      return {
        naming,
        because: `\`{${name}}\` is \`${found}\`, and may be ${allowed.map((text) => `\`${text}\``).join(', ')}`,
        where: true,
      }
    }
  }
  return undefined
}

/** One segment: literal text and names in braces, each name at least one character, the shortest that fits. */
function matchSegment(pattern: string, value: string): Map<string, string> | undefined {
  const parts = pattern.split(/\{([^{}]+)\}/)
  const found = new Map<string, string>()
  let rest = value
  for (let i = 0; i < parts.length; i += 2) {
    const literal = parts[i] ?? ''
    const name = parts[i - 1]
    if (name === undefined) {
      if (!rest.startsWith(literal)) return undefined
      rest = rest.slice(literal.length)
      continue
    }
    const last = i === parts.length - 1
    const at = last ? (rest.endsWith(literal) ? rest.length - literal.length : -1) : rest.indexOf(literal, 1)
    if (at < 1) return undefined
    found.set(name, rest.slice(0, at))
    rest = rest.slice(at + literal.length)
  }
  return rest === '' ? found : undefined
}

function fill(text: string, manifest: Manifest): string | undefined {
  if (text.includes('{namespace}') && manifest.namespace === undefined) return undefined
  return text.replaceAll('{namespace}', manifest.namespace ?? '').replaceAll('{name}', manifest.name)
}
