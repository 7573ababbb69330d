import type {
  LawReason,
  LossReason,
  MergedRule,
  NearestHint,
  Possibility,
  RuleLocation,
  RuleSays,
} from '../../model/law-reason.ts'
import { formatSpan } from '../../model/span.ts'
import { SERVERS } from '../../model/variant.ts'
import { listed } from '../../model/wording.ts'

/** Why the law of a token allows a request, refuses it or leaves it open: a sentence without its full stop. */
export function lawText(reason: LawReason): string {
  switch (reason.code) {
    case 'root-allows':
      return 'the policy root allows everything'
    case 'run-time-over':
      return 'the time for the run was over (`run-timeout`)'
    case 'own-bug':
      return `eso-vault failed on it (${reason.error}), a bug of its own: please report it`
    case 'path-too-long':
      return `the path is longer than ${reason.limit} characters, and is not judged`
    case 'help-is-free':
      return 'help is allowed to every token'
    case 'policy-unreadable':
      return `policy ${reason.policy} could not be read (${reason.says}), so its rules are not known`
    case 'rule-decides':
      return `${ruleText(reason.rule)} ${saysText(reason.says)}`
    case 'no-rule-covers':
      return missText(reason)
    case 'rule-part-unknown': {
      const rest = reason.more > 0 ? ` and ${reason.more} more` : ''
      const otherwise = reason.verdictWithout === 'denied' ? 'could allow it' : 'could decide instead'
      return `${unknownText(reason.unknown)}: ${ruleText(reason.rule)}${rest} ${otherwise}; without it, ${lawText(reason.without)}`
    }
    case 'all-allow':
      return allAllowText(reason)
    case 'none-allows': {
      const more = reason.more > 0 ? `; ${reason.more} more` : ''
      return `no rule of ${policiesText(reason.policies)} that can decide ${reason.path} allows it: ${possibilityText(reason.first)}${more}`
    }
    case 'path-part-unknown':
      return `${unknownText(reason.unknown)}, and ${reason.path} can be either: ${reason.either.map(possibilityText).join(', while ')}`
    case 'servers-differ': {
      const parts = reason.verdicts.map(
        ({ verdict, variants, because }) =>
          `${verdict} by ${listed(variants.map((variant) => SERVERS[variant]))} (${lawText(because)})`,
      )
      return `version dependent: ${parts.join('; ')}`
    }
  }
}

function missText({
  path,
  policies,
  empty,
  nearest,
  open,
  whatever,
}: Extract<LawReason, { code: 'no-rule-covers' }>): string {
  const tail = whatever === true ? ', whatever it stands for' : ''
  if (empty) {
    return `no rule covers ${path}: ${policiesText(policies)} ${policies.length === 1 ? 'has' : 'have'} no rules${tail}`
  }
  const hint = nearest?.hint === undefined ? '' : ` (${hintText(nearest.hint)})`
  const help =
    nearest === undefined
      ? open
        ? ''
        : '; no rule is about this mount'
      : `; the nearest is ${ruleText(nearest.rule)}${hint}`
  return `no rule of ${policiesText(policies)} covers ${path}${help}${tail}`
}

/** The same as a clause that names no policy: whoever shows it has named it. */
export function shortLaw(reason: Extract<LawReason, { code: 'no-rule-covers' | 'rule-decides' }>): string {
  if (reason.code === 'rule-decides') return `rule \`${reason.rule.path}\` ${saysText(reason.says)}`
  if (reason.empty) return 'it has no rules'
  const tail = reason.whatever === true ? ', whatever it stands for' : ''
  if (reason.nearest === undefined) return `no rule covers it${tail}`
  const { rule, hint } = reason.nearest
  return `no rule covers it${tail}; the nearest is \`${rule.path}\`${hint === undefined ? '' : ` (${hintText(hint)})`}`
}

function allAllowText({ path, first, more }: Extract<LawReason, { code: 'all-allow' | 'none-allows' }>): string {
  if (first.rule === undefined || first.says === undefined) return `${path} is covered`
  return more === 0
    ? `${ruleText(first.rule)} covers ${path} whatever it stands for, and ${saysText(first.says)}`
    : `every rule that can decide ${path} allows it: ${possibilityText(first)}; ${more} more`
}

function possibilityText({ rule, says }: Possibility): string {
  return rule === undefined || says === undefined ? 'it is covered by no rule' : `${ruleText(rule)} ${saysText(says)}`
}

function unknownText(unknown: readonly string[]): string {
  return `${listed(unknown)} ${unknown.length === 1 ? 'is not known' : 'are not known'}`
}

/** What a rule says to a request, as a sentence part that follows the rule's name. */
function saysText(says: RuleSays): string {
  return says.ownLimits === true ? `${saysAlone(says)}, and has limits of its own` : saysAlone(says)
}

function saysAlone(says: RuleSays): string {
  switch (says.code) {
    case 'grants':
      return `grants ${says.capability}`
    case 'lacks':
      return `grants ${says.grants.length === 0 ? 'nothing' : listed(says.grants)}, not ${says.wanted.join(' or ')}`
    case 'denies':
      return 'denies everything'
    case 'not-grantable':
      return `grants no ${says.operation} request, as no rule does`
    case 'lacks-sudo':
      return `grants ${says.capability}, and this path needs sudo as well`
    case 'capabilities-unknown':
      return `grants ${says.unknown.join(', ')}, which is not known`
    case 'body-unknown':
      return `grants ${says.capability} and limits parameters, so the request's body decides`
    case 'wants-wrapping':
      return `wants the response wrapped for at ${says.limit} ${says.seconds} s`
    case 'wrapping-impossible':
      return 'wants the response wrapped for a time that cannot be (its limits cross)'
    case 'limits-parameters':
      return `limits parameters: ${says.says}`
    case 'limits-pages':
      return `limits pages: ${says.says}`
  }
}

/** What keeps the nearest rule from covering the path, as a sentence part. */
function hintText(hint: NearestHint): string {
  switch (hint.code) {
    case 'lacks-side':
      return `the rule lacks the segment ${hint.side}/ that KV v2 puts behind the mount`
    case 'other-side':
      return `the rule is about ${hint.rule}/, and this request about ${hint.request}/`
    case 'letter-case':
      return 'paths are compared with upper and lower case told apart'
    case 'lacks-slash':
      return 'the rule lacks the trailing slash'
    case 'below-only':
      return `the rule covers what is below ${hint.path}/, not the path itself`
    case 'star-inside':
      return '"*" is a wildcard only as the last character of a rule'
    case 'no-star':
      return 'the rule has no "*" at its end and covers only itself'
    case 'doubled-slash':
      return 'the rule has a doubled slash'
    case 'lacks-segment':
      return `its "+" stands for ${hint.plus}/, and the rule has no segment for ${hint.segment}/`
    case 'has-front':
      return `the rule has ${hint.front}/ in front, and the request has not`
    case 'dropped':
      return `${hint.directive} does not resolve for this login, so the server drops the rule`
  }
}

/** Why a rule loses, as a sentence part about it. */
export function lossText(why: LossReason): string {
  switch (why.code) {
    case 'exact':
      return 'a path without wildcards comes before every pattern'
    case 'trailing-slash':
      return 'it matches another form of the path (with or without its trailing slash), which is tried later'
    case 'lists':
      return 'of the rules that match with and without the trailing slash, this server takes the best that grants list'
    case 'longest-prefix':
      return 'only the longest matching prefix counts'
    case 'first-wildcard':
      return `its first wildcard comes earlier (character ${why.at}, against ${why.winner})`
    case 'open':
      return 'it ends in "*", and the winner does not'
    case 'more-plus':
      return `it has more "+" segments (${why.count}, against ${why.winner})`
    case 'shorter':
      return `it is shorter (${why.length} characters, against ${why.winner})`
    case 'sorts-before':
      return 'all else is equal, and it sorts before the winner'
  }
}

/** `kv/data/*` of policy external-secrets (vault/setup.sh:12). */
function ruleText({ path, blocks }: MergedRule): string {
  const places = [...new Set(blocks.map(blockText))]
  const shown = places.slice(0, 3)
  const more = places.length > shown.length ? [`${places.length - shown.length} more`] : []
  return `\`${path}\` of ${places.length === 1 ? 'policy' : 'policies'} ${listed([...shown, ...more])}`
}

function blockText({ policy, span, line }: RuleLocation): string {
  if (span !== undefined) return `${policy} (${formatSpan(span)})`
  return line === undefined ? policy : `${policy} (line ${line})`
}

/** `policy a`, `policies a, b and c`, `policies a, b, c and 4 more`. */
function policiesText(names: readonly string[]): string {
  if (names.length === 0) return 'no policy'
  if (names.length === 1) return `policy ${names[0]}`
  const shown = names.length > 5 ? [...names.slice(0, 4), `${names.length - 4} more`] : names
  return `policies ${listed(shown)}`
}
