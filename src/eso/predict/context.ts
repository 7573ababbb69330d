import type { NamespaceLabels } from '../labels.ts'
import type { StoreIndex } from '../stores.ts'

/** What predictions about any object are made from. */
export interface Context {
  readonly stores: StoreIndex
  readonly generators: StoreIndex
  readonly namespaces: NamespaceLabels
  readonly holesOf: (text: string) => readonly string[]
  readonly controllerClass: string
  readonly sourceKeys: (namespace: string | undefined, name: string) => readonly string[] | undefined
}
