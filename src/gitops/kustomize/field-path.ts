import { below, type Placed } from '../placed/placed.ts'

/**
 * The places that a `fieldPath` of a replacement means: steps joined by dots (`\.` is a dot in a name), `[name=value]` picks a list
 * item, `*` means every item.
 */
export function resolveFieldPath(node: Placed, fieldPath: string): (readonly string[])[] {
  let found: string[][] = [[]]
  for (const step of splitFieldPath(fieldPath)) {
    found = found.flatMap((path): string[][] => {
      const here = path.reduce<Placed | undefined>(below, node)
      const wanted = /^\[([^=\]]+)=(.*)\]$/.exec(step)
      if (here?.type === 'list') {
        const indices = here.items.map((_, index) => index)
        if (step === '*') return indices.map((index) => [...path, String(index)])
        if (wanted === null) return [[...path, step]]
        return indices
          .filter((index) => {
            const field = below(here.items[index], wanted[1] as string)
            return field?.type === 'scalar' && String(field.value) === wanted[2]
          })
          .map((index) => [...path, String(index)])
      }
      if (here?.type === 'map' && step === '*') return [...here.entries.keys()].map((key) => [...path, key])
      return [[...path, step]]
    })
  }
  return found
}

export function splitFieldPath(fieldPath: string): string[] {
  const steps: string[] = []
  let step = ''
  let depth = 0
  for (let index = 0; index < fieldPath.length; index++) {
    const ch = fieldPath[index] as string
    if (ch === '\\' && fieldPath[index + 1] === '.') {
      step += '.'
      index++
    } else if (ch === '.' && depth === 0) {
      steps.push(step)
      step = ''
    } else {
      if (ch === '[') depth++
      if (ch === ']') depth--
      step += ch
    }
  }
  return [...steps, step].map((part) => part.replace(/^\[([^=]*)\]$/, '$1')).filter((part) => part !== '')
}
