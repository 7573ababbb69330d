import type { SourceFile } from '../../../files/source-file.ts'
import type { ParsedYaml } from '../../../files/yaml/yaml-document.ts'
import type { Span } from '../../../model/span.ts'
import { type FieldPath, stringAt, type ValueMap } from '../../../model/value.ts'

export const GROUP = 'external-secrets.io'

/** The object of a resource or a command, and where its fields stand. */
export interface FoundObject {
  readonly body: ValueMap
  readonly span: Span
  spanOf(path: FieldPath, part?: 'key' | 'value'): Span
  /** Line `line` (from 1) of the text at `path`. */
  spanOfTextLine(path: FieldPath, line: number): Span
}

/** An object that something else than Kubernetes' own tools applies. */
export interface AppliedObject extends FoundObject {
  readonly source: SourceFile
  /** Counts the objects of a file. */
  readonly document: number
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace: string | undefined
  embedded(path: FieldPath): ParsedYaml | undefined
  readonly appliedBy: 'terraform' | 'command'
}

/** External Secrets' own object, as it is applied; nothing where the body is of another group. */
export function appliedObject(
  found: FoundObject,
  source: SourceFile,
  document: number,
  appliedBy: AppliedObject['appliedBy'],
): AppliedObject[] {
  const { apiVersion, kind } = found.body
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !apiVersion.includes(GROUP)) return []
  return [
    {
      ...found,
      source,
      document,
      apiVersion,
      kind,
      name: stringAt(found.body, 'metadata', 'name') ?? '',
      namespace: stringAt(found.body, 'metadata', 'namespace'),
      embedded: () => undefined,
      appliedBy,
    },
  ]
}
