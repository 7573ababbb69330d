import { type GoValue, ofType, text } from '../../go-template/go-value.ts'

/** The data of a Secret's template: texts by key, a missing one an error (eso.md §6.4). */
export const SECRET_DATA: GoValue = {
  is: 'map',
  type: 'map[string]string',
  entries: new Map(),
  open: true,
  element: ofType('string'),
  isData: true,
}

/** The data of a rewrite's template: the key alone, as `.value`; without `missingkey` (eso.md §6.4). */
export function rewriteData(key: string | undefined): GoValue {
  const value = key === undefined ? ofType('string') : text(key)
  return { ...SECRET_DATA, entries: new Map([['value', value]]), open: false, lenient: true } as GoValue
}
