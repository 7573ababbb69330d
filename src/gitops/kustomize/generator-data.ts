import { posix } from 'node:path'
import { type FieldPath, stringAt, stringsAt, type Value } from '../../model/value.ts'

/** One key of a generated ConfigMap. */
export interface GeneratedEntry {
  readonly key: string
  readonly value: string
  /** What gives it, in the generator's item. */
  readonly path: FieldPath
  /** The line of an env file (from 1) that holds it. */
  readonly line?: { readonly file: string; readonly line: number }
}

/** What `literals`, `files` and `envs` of a `configMapGenerator` item give; `read` is asked for files, by the path as written. */
export function generatedData(
  item: Value,
  read: (target: string) => { readonly file: string; readonly text: string } | undefined,
): GeneratedEntry[] {
  const literals = stringsAt(item, 'literals').flatMap((literal, index): GeneratedEntry[] => {
    const [, key, value = ''] = /^([^=]*)=(.*)$/s.exec(literal) ?? []
    return key === undefined ? [] : [{ key, value: value.replace(/^(["'])(.*)\1$/s, '$2'), path: ['literals', index] }]
  })
  const files = stringsAt(item, 'files').flatMap((entry, index): GeneratedEntry[] => {
    const [, key, target = ''] = /^(?:([^=]*)=)?(.*)$/s.exec(entry) ?? []
    const found = read(target)
    return found === undefined
      ? []
      : [{ key: key ?? posix.basename(target), value: found.text, path: ['files', index] }]
  })
  const named = stringsAt(item, 'envs').map((target, index): [string, FieldPath] => [target, ['envs', index]])
  const single = stringAt(item, 'env')
  const envs = [...named, ...(single === undefined ? [] : [[single, ['env']] as [string, FieldPath]])]
  const lines = envs.flatMap(([target, path]): GeneratedEntry[] => {
    const found = read(target)
    return (found?.text.split(/\r?\n/) ?? []).flatMap((text, index): GeneratedEntry[] => {
      const [, key, value = ''] = /^\s*([^#=\s][^=]*)=(.*)$/.exec(text) ?? []
      if (key === undefined || found === undefined) return []
      return [{ key, value, path, line: { file: found.file, line: index + 1 } }]
    })
  })
  return [...literals, ...files, ...lines]
}
