const NULL = /^(?:|~|null|Null|NULL)$/
const TRUE = /^(?:true|True|TRUE)$/
const FALSE = /^(?:false|False|FALSE)$/
const INTEGER = /^[-+]?[0-9]+$/
const OCTAL = /^0o[0-7]+$/
const HEX = /^0x[0-9a-fA-F]+$/
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/

/**
 * The value of an unquoted scalar by the YAML 1.2 core schema. `yes`, `no`, `on` and `off` are strings, as everywhere since 1.2.
 * Integers beyond 2^53 lose digits: `YamlDocument.rawOf` keeps the text.
 */
export function resolvePlainScalar(text: string): null | boolean | number | string {
  if (text.length > 40) return NULL.test(text) ? null : text
  if (NULL.test(text)) return null
  if (TRUE.test(text)) return true
  if (FALSE.test(text)) return false
  const first = text.charCodeAt(0)
  // Digits, sign or dot: nothing else starts a number.
  if (!((first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46)) return text
  if (INTEGER.test(text)) return Number(text)
  if (OCTAL.test(text) || HEX.test(text)) return Number(text)
  if (FLOAT.test(text)) return Number(text)
  if (INFINITE.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (NOT_A_NUMBER.test(text)) return Number.NaN
  return text
}
