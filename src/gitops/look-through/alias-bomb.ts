import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import type { Value } from '../../model/value.ts'
import { isMap } from './kustomization-file.ts'

const ALIAS = /(?:^|[\s[{,:-])\*[^\s*,\]}]/g
/** Fewer aliases than this cannot grow to anything that takes long. */
const FEW = 16

/**
 * Whether a text that kustomize parses as YAML expands to more than our own parser takes. kustomize would work on a bomb of aliases
 * until its time is used up, for each root that holds it (platform.md §7, threat 5).
 */
export function isAliasBomb(text: string): boolean {
  if (!text.includes('*') || !text.includes('&') || (text.match(ALIAS)?.length ?? 0) < FEW) return false
  return parseYaml({ file: 'text', text }).notes.some(({ code }) => code === 'yaml-too-deep')
}

/** Whether a text inside of a kustomization (an inline patch, a plugin's configuration) is one. */
export function holdsAliasBomb(value: Value): boolean {
  if (typeof value === 'string') return isAliasBomb(value)
  if (Array.isArray(value)) return (value as readonly Value[]).some(holdsAliasBomb)
  return isMap(value) && Object.values(value).some(holdsAliasBomb)
}
