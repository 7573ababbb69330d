import type { FieldPath, Value, ValueMap } from '../model/value.ts'
import { listAt } from './field-value.ts'

/** An item of an ExternalSecret, with its place below the ExternalSecret's spec. */
export interface SourceItem {
  readonly list: 'dataFrom' | 'data'
  readonly field: FieldPath
  readonly value: Value
}

/**
 * The items of an ExternalSecret's spec in the order ESO works: all `dataFrom[]`, then all `data[]`. On equal keys of the
 * Secret the later item wins, so `data` overrides `dataFrom` (eso.md §3.0).
 */
export function orderItems(spec: ValueMap): readonly SourceItem[] {
  const items = (list: SourceItem['list']) => listAt(spec, list).map((value, i) => ({ list, field: [list, i], value }))
  return [...items('dataFrom'), ...items('data')]
}
