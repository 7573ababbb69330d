import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import { isMap, type ValueMap } from '../../model/value.ts'

/** One object of kustomize's output; parsed only when its body is asked for. */
export interface RenderedObject {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace: string | undefined
  readonly text: string
  /** As the origin annotation says, relative to the built folder; `undefined` for what a generator made. */
  readonly path: string | undefined
  /** The repository of a remote base; `path` is then a path there. */
  readonly repository: string | undefined
  /** The kustomization whose generator made it, relative to the built folder. */
  readonly configuredIn: string | undefined
  /** Without the origin annotation. */
  body(): ValueMap | undefined
}

const ORIGIN = 'config.kubernetes.io/origin'

/**
 * Cuts the output into objects. kustomize writes keys sorted and at column 1, so that the head can be read without parsing: of a
 * megabyte of output a few objects matter. `unreadable`: a part of it is no object, so that nothing can be said of the whole.
 */
export function renderedObjects(output: string): RenderedObject[] | 'unreadable' {
  const parts = output.split(/^---\n/m).filter((text) => text.trim() !== '')
  const objects = parts.flatMap((text): RenderedObject[] => {
    const apiVersion = /^apiVersion: "?([^"\n]+)/m.exec(text)?.[1]
    const kind = /^kind: "?([^"\n]+)/m.exec(text)?.[1]
    if (apiVersion === undefined || kind === undefined) return []
    const metadata = /^metadata:\n((?: .*\n|\n)*)/m.exec(text)?.[1] ?? ''
    const name = /^ {2}name: (.*)$/m.exec(metadata)?.[1]?.replace(/^(["'])(.*)\1$/, '$2') ?? ''
    const origin = /^ {4}config\.kubernetes\.io\/origin: \|\n((?: {6}.*\n?)+)/m.exec(metadata)?.[1] ?? ''
    return [
      {
        apiVersion,
        kind,
        name,
        namespace: /^ {2}namespace: (.*)$/m.exec(metadata)?.[1]?.replace(/^(["'])(.*)\1$/, '$2'),
        text,
        path: /^ {6}path: (.*)$/m.exec(origin)?.[1],
        repository: /^ {6}repo: (.*)$/m.exec(origin)?.[1],
        configuredIn: /^ {6}configuredIn: (.*)$/m.exec(origin)?.[1],
        body: () => {
          const value = parseYaml({ file: 'rendered', text }).documents[0]?.value
          return isMap(value) ? withoutOrigin(value) : undefined
        },
      },
    ]
  })
  return objects.length === parts.length ? objects : 'unreadable'
}

function withoutOrigin(body: ValueMap): ValueMap {
  const { metadata } = body
  if (!isMap(metadata) || !isMap(metadata.annotations)) return body
  const { [ORIGIN]: _, ...annotations } = metadata.annotations
  const { annotations: __, ...others } = metadata
  return { ...body, metadata: Object.keys(annotations).length > 0 ? { ...others, annotations } : others }
}
