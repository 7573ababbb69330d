import type { Operation } from '../model/decision.ts'
import type { Variant } from '../model/variant.ts'
import type { Acl } from '../policy/acl.ts'
import type { AclRule } from '../policy/acl-rule.ts'
import { toBytes } from '../policy/byte-string.ts'
import type { Capability } from '../policy/capability.ts'
import { completionsOf } from '../policy/completions.ts'
import type { GeneratedRule } from '../policy/generate.ts'
import { findRule } from '../policy/match.ts'
import { possibleRules } from '../policy/possible-rules.ts'
import { indexRules } from '../policy/rule-index.ts'
import { type RulePath, rulePath } from '../policy/rule-path.ts'
import { compareRules } from '../policy/specificity.ts'

export type Inherited =
  | { readonly capabilities: readonly Capability[] }
  /** The new rule would take something away, whatever it holds; a sentence that says what to do. */
  | { readonly blocked: string }

/** LIST and SCAN look at a path in two forms; everything else at one (vault.md §2.1). */
const LOOKS = ['read', 'list', 'scan'] as const satisfies readonly Operation[]

/** A rule that decides now where the new one will, and the capabilities for which it does. */
interface DecidingRule {
  /** `undefined`: nothing is granted there now. */
  readonly rule: AclRule | undefined
  readonly look: (typeof LOOKS)[number]
}

/**
 * What the rule must grant beside its own, so that nobody loses a right by it: only the most specific rule counts (vault.md §2.1),
 * and it takes the place of the wider ones. Where those differ among themselves no one rule can stand for all of them.
 */
export function inheritedBy(rule: GeneratedRule, acl: Acl, variants: readonly Variant[]): Inherited {
  const path = rulePath(toBytes(rule.path))
  // The blocks of one path are merged: what stands there stays.
  if (acl.rules.some((one) => one.path.key === path.key)) return { capabilities: [] }
  const places = path.open ? placesBelow(rule.path, acl, variants) : placesAt(rule.path, acl, variants)
  const limited = places.find((place) => place.rule !== undefined && hasLimits(place.rule))?.rule
  if (limited !== undefined) {
    return {
      blocked: `The rule ${limited.written} sets limits (parameters, wrapping or pages), and a rule for ${rule.path} would lift them there. ${BY_HAND}`,
    }
  }
  const inherited = new Set(places.flatMap((place) => grantsAt(place)))
  const own = new Set(rule.capabilities)
  const mixed = path.open ? differing(places, inherited, own) : undefined
  if (mixed === undefined) return { capabilities: [...inherited] }
  const names = [...new Set(places.flatMap((place) => place.rule?.written ?? []))].slice(0, 4).join(', ')
  return {
    blocked: `A rule for ${rule.path} would take the place of rules that give different rights below it (${names}): ${mixed} holds for a part of it only. ${BY_HAND}`,
  }
}

const BY_HAND =
  'Write the policy as a file and name that in `setup.policy.generate.file`, or add the rule by hand and plan again.'

/** Below a folder: every rule with wildcards that may decide there and that the new one beats. */
function placesBelow(folder: string, acl: Acl, variants: readonly Variant[]): DecidingRule[] {
  const path = rulePath(toBytes(folder))
  const beatenBy = (look: DecidingRule['look'], variant: Variant): Acl => {
    const rules = acl.rules.filter(({ path: one }) => {
      if (one.kind === 'exact') return false
      return compareRules(one, path).order < 0 || (look !== 'read' && losesByForm(one, variant))
    })
    return { ...acl, exact: new Map(), wild: indexRules(rules), rules, uncertain: [] }
  }
  const completions = completionsOf([folder.slice(0, -1), { hole: 'anything below' }])
  return variants.flatMap((variant) =>
    LOOKS.flatMap((look) => {
      const { rules: possible, miss } = possibleRules(beatenBy(look, variant), look, completions, variant)
      return [...possible.map((rule) => ({ rule, look })), ...(miss ? [{ rule: undefined, look }] : [])]
    }),
  )
}

/**
 * LIST and SCAN look at a path with and without its slash, and which form comes first decides before the order of rules does: a
 * rule that matches in one form only can lose to one that is less specific (vault.md §2.1).
 */
function losesByForm({ kind, open, text }: RulePath, variant: Variant): boolean {
  return (kind === 'segment' && !open) || (variant === 'legacy' && text.endsWith('/'))
}

/** At one path; a rule for `x` is also taken for LIST and SCAN of `x/`, before any rule with wildcards. */
function placesAt(path: string, acl: Acl, variants: readonly Variant[]): DecidingRule[] {
  const at = (look: DecidingRule['look'], bytes: string, variant: Variant) => ({
    rule: findRule(acl, look, bytes, variant)?.rule,
    look,
  })
  const bytes = toBytes(path.replace(/^\//, ''))
  const folder = bytes.endsWith('/') || acl.exact.has(`${bytes}/`) ? undefined : `${bytes}/`
  return variants.flatMap((variant) => [
    ...LOOKS.map((look) => at(look, bytes, variant)),
    ...(folder === undefined ? [] : [at('list', folder, variant), at('scan', folder, variant)]),
  ])
}

/** `read` stands for all that is looked up by the path as it is. */
function grantsAt({ rule, look }: DecidingRule): Capability[] {
  if (rule === undefined || rule.denies) return []
  return [...rule.grants].filter((capability) =>
    look === 'read' ? capability !== 'list' && capability !== 'scan' : capability === look,
  )
}

/** A capability that not every place has and that the new rule would not have had to give. */
function differing(
  places: readonly DecidingRule[],
  inherited: ReadonlySet<Capability>,
  own: ReadonlySet<Capability>,
): Capability | undefined {
  return [...inherited].find((capability) => {
    const look = capability === 'list' || capability === 'scan' ? capability : 'read'
    return !own.has(capability) && places.some((place) => place.look === look && !grantsAt(place).includes(capability))
  })
}

function hasLimits(rule: AclRule): boolean {
  const { allowed, denied, required, minWrapTtl, maxWrapTtl, mfaMethods, paginationLimit, responseFilter } = rule
  return (
    allowed !== undefined ||
    denied !== undefined ||
    required.length + mfaMethods.length > 0 ||
    minWrapTtl + maxWrapTtl + paginationLimit > 0 ||
    responseFilter !== undefined
  )
}
