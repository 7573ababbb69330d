import { parseEmbeddedYaml } from '../../files/yaml/parse-yaml.ts'
import { withAnswers, type YamlDocument } from '../../files/yaml/yaml-document.ts'
import type { Placed } from './placed.ts'

/** The YAML that a text is (an Application's `values: |`), with the places of its lines; `undefined` where it is none. */
export function textDocument(node: Placed): YamlDocument | undefined {
  if (node.type !== 'scalar' || typeof node.value !== 'string') return undefined
  const { document, path } = node.place
  const text = node.value
  // The text is what reaches the cluster, which something may have filled in; its lines stand where they were written.
  const [found] =
    parseEmbeddedYaml(
      withAnswers(document, {
        rawOf: () => text,
        spanOf: () => document.spanOf(path),
        spanOfTextLine: (_, line) => document.spanOfTextLine(path, line),
      }),
      [],
    )?.documents ?? []
  return found
}
