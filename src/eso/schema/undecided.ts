import type { Value } from '../../model/value.ts'
import { isMap } from '../field-value.ts'

/** A key that a template or a variable stands for, or that YAML made out of an unquoted `{{ }}` (field.md §1.5). */
export function isTemplateKey(key: string): boolean {
  return key === '' || key.startsWith('$') || key.startsWith('[object') || /\$\{|\{\{|\}\}/.test(key) || /^\{/.test(key)
}

/** Whether YAML read an unquoted `{{ .Values.x }}` as a map: a template, not a wrong type. */
export function isTemplateGarbage(value: Value | undefined): boolean {
  if (!isMap(value)) return false
  let any = false
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue
    if (!(isTemplateKey(key) || /^[.$]\w/.test(key) || /[{}]/.test(key))) return false
    any = true
  }
  return any
}
