const NULL = /^(?:|~|null|Null|NULL)$/
const TRUE = /^(?:true|True|TRUE)$/
const FALSE = /^(?:false|False|FALSE)$/
const INTEGER = /^[-+]?(?:0|[1-9][0-9]*)$/
/** `0o17`, and `017` of YAML 1.1, which Go reads as octal too (`defaultMode: 0644`). */
const OCTAL = /^([-+]?)0o?([0-7]+)$/
const HEX = /^([-+]?)0x([0-9a-fA-F]+)$/
const BINARY = /^([-+]?)0b([01]+)$/
const BASES = [
  [OCTAL, 8],
  [HEX, 16],
  [BINARY, 2],
] as const
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/

/**
 * The value of an unquoted scalar as Go's reader gives it to kubectl and kustomize: the YAML 1.2 core schema, where `yes`, `no`, `on`
 * and `off` are strings, and the octal and binary numbers and underscores of 1.1. Integers beyond 2^53 lose digits: `YamlDocument.rawOf` keeps the text.
 */
export function resolvePlainScalar(text: string): null | boolean | number | string {
  if (text.length > 40) return NULL.test(text) ? null : text
  if (NULL.test(text)) return null
  if (TRUE.test(text)) return true
  if (FALSE.test(text)) return false
  const first = text.charCodeAt(0)
  // Digits, sign or dot: nothing else starts a number.
  if (!((first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46)) return text
  const plain = first === 46 ? text : text.replaceAll('_', '')
  if (INTEGER.test(plain)) return Number(plain)
  for (const [pattern, base] of BASES) {
    const [, sign, digits] = pattern.exec(plain) ?? []
    if (digits !== undefined) return Number.parseInt(`${sign}${digits}`, base)
  }
  if (FLOAT.test(plain)) return Number(plain)
  if (INFINITE.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (NOT_A_NUMBER.test(text)) return Number.NaN
  return text
}
