import type { Value } from '../../model/value.ts'
import { isMap } from '../field-value.ts'

const PLACEHOLDER = [
  /\$\{[^}]*\}?/, // Flux, shell, Terraform
  /\$\([A-Za-z_]\w*\)/, // kustomize vars, Azure DevOps
  /\{\{/, // Helm, cookiecutter, ApplicationSet
  /<[A-Za-z][^<>]*>/, // <CLUSTER_NAME>
  /@@?[A-Z_]{3,}@@?/, // @CLUSTER@
  /%[A-Z_]{3,}%/,
  /__[A-Za-z][A-Za-z0-9_]*__/,
  /REPLACE|PLACEHOLDER|OVERLAY|CHANGE[_-]?ME|TO-?BE-?SET|TODO|FIXME|\bYOUR[_-]/i,
]

/** Whether a text is to be filled in by something that is not here, so that its form says nothing (field.md §6). */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.some((pattern) => pattern.test(text))
}

/** A key that a template or a variable stands for, or that YAML made out of an unquoted `{{ }}` (field.md §1.5). */
export function isTemplateKey(key: string): boolean {
  return key === '' || key.startsWith('$') || key.startsWith('[object') || /\$\{|\{\{|\}\}/.test(key) || /^\{/.test(key)
}

/** Whether YAML read an unquoted `{{ .Values.x }}` as a map: a template, not a wrong type. */
export function isTemplateGarbage(value: Value | undefined): boolean {
  if (!isMap(value)) return false
  const keys = Object.keys(value)
  return keys.length > 0 && keys.every((key) => isTemplateKey(key) || /^[.$]\w/.test(key) || /[{}]/.test(key))
}
