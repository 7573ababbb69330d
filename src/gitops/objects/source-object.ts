import type { SourceFile } from '../../files/source-file.ts'
import type { ParsedYaml } from '../../files/yaml/yaml-document.ts'
import type { RelatedPlace, Span } from '../../model/span.ts'
import type { FieldPath, ValueMap } from '../../model/value.ts'

/** A Kubernetes object as it is written in a file, before kustomizations and Flux do anything to it. */
export interface SourceObject {
  readonly source: SourceFile
  /** Index of the document in the file. */
  readonly document: number
  readonly body: ValueMap
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  /** `metadata.namespace` as written. */
  readonly namespace: string | undefined
  readonly span: Span
  spanOf(path: FieldPath, part?: 'key' | 'value'): Span
  /** Line `line` (from 1) of the text at `path`. */
  spanOfTextLine?(path: FieldPath, line: number): Span
  /** Of what a chart makes: what else made what stands at one of its places. */
  readonly relatedTo?: (span: Span) => readonly RelatedPlace[]
  /** The text at `path` parsed as YAML of its own (an inline patch), with spans in this file. */
  embedded(path: FieldPath): ParsedYaml | undefined
  /** The object that carries this one inside it; kustomizations and Flux change that one. */
  readonly holder?: SourceObject
  /** It stands in a file of values, of which a chart makes it: it goes where something gives the chart that file. */
  readonly inValues?: true
  /** Who applies it, where that is none of Kubernetes' own tools: Flux and kustomize do nothing to it. */
  readonly appliedBy?: 'terraform' | 'command'
}

/** `Kind name`, for messages. */
export function titleOf(object: { readonly kind: string; readonly name: string }): string {
  return `${object.kind} ${object.name}`
}
