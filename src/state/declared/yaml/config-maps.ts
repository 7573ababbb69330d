import type { SourceFile } from '../../../files/source-file.ts'
import { isMap, type ValueMap } from '../../../model/value.ts'
import type { DeclaredYaml } from '../declared.ts'

/** The data of ConfigMaps, looked for by name when a container takes its environment from one; `undefined` for several of a name. */
export function configMapsIn(files: readonly SourceFile[], yaml: DeclaredYaml): (name: string) => ValueMap | undefined {
  const found = new Map<string, ValueMap | undefined>()
  return (name) => {
    if (found.has(name)) return found.get(name)
    const maps = files
      .filter(({ text }) => /^kind: *ConfigMap\b/m.test(text) && text.includes(name))
      .flatMap(({ file, text }) => yaml.parse(file, text))
      .flatMap(({ value }) =>
        isMap(value) && value.kind === 'ConfigMap' && isMap(value.metadata) && value.metadata.name === name
          ? [isMap(value.data) ? value.data : {}]
          : [],
      )
    const only = maps.length === 1 ? maps[0] : undefined
    found.set(name, only)
    return only
  }
}
