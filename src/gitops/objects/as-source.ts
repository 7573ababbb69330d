import type { ValueMap } from '../../model/value.ts'
import { spanIn, textAt } from '../placed/placed.ts'
import type { GitOpsObject } from '../root.ts'
import type { SourceObject } from './source-object.ts'

/** An object in the form that variables are resolved for. */
export function asSource(object: GitOpsObject, body: ValueMap): SourceObject {
  const { checkout, node, file } = object
  return {
    source: checkout.source(file),
    document: object.document,
    body,
    apiVersion: textAt(node, 'apiVersion') ?? '',
    kind: textAt(node, 'kind') ?? '',
    name: textAt(node, 'metadata', 'name') ?? '',
    namespace: textAt(node, 'metadata', 'namespace'),
    span: spanIn(node, []),
    spanOf: (path, part) => spanIn(node, path, part),
    embedded: () => undefined,
  }
}
