import { RE2JS } from 're2js'

/** A pattern as Go's `regexp` reads it: RE2 syntax, linear time, matching anywhere in the text unless anchored. */
export interface GoRegexp {
  matches(text: string): boolean
  /** Go's `ReplaceAllString`: `$1`, `$name` and `${name}` stand for groups, `$$` for a dollar. */
  replaceAll(text: string, replacement: string): string
}

export type CompiledRegexp = GoRegexp | { readonly invalid: string }

/** Compiles a pattern; look-around and back-references are errors, as in Go (eso.md §3.4). */
export function compileGoRegexp(pattern: string): CompiledRegexp {
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern)
  } catch (error) {
    return { invalid: error instanceof Error ? error.message : String(error) }
  }
  return {
    matches: (text) => compiled.matcher(text).find(),
    replaceAll: (text, replacement) => replaceAll(compiled, text, replacement),
  }
}

/** Whether a pattern compiled. */
export function isRegexp(compiled: CompiledRegexp): compiled is GoRegexp {
  return 'matches' in compiled
}

function replaceAll(pattern: RE2JS, text: string, replacement: string): string {
  const matcher = pattern.matcher(text)
  const names = pattern.namedGroups() as Readonly<Record<string, number>>
  let out = ''
  let end = 0
  while (matcher.find()) {
    const group = (reference: string): string => {
      const index = /^\d+$/.test(reference) ? Number(reference) : names[reference]
      return index === undefined || index > matcher.groupCount() ? '' : (matcher.group(index) ?? '')
    }
    // Go takes no empty match right behind the last one: `.*` replaces "abc" once, not twice.
    const behind = matcher.end() === matcher.start() && matcher.start() === end && matcher.start() > 0
    out += text.slice(end, matcher.start()) + (behind ? '' : expand(replacement, group))
    end = matcher.end()
  }
  return out + text.slice(end)
}

/** Go's `Expand`: the longest run of letters, digits and `_` is the name, so `$1x` is the group "1x", which is empty. */
function expand(template: string, group: (reference: string) => string): string {
  return template.replace(/\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu, (whole, braced, bare) =>
    whole === '$$' ? '$' : group(braced ?? bare),
  )
}
