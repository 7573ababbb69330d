import { dumpYaml } from '../../files/yaml/dump-yaml.ts'
import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import { type Calls, plainOf, shapeOf, TemplateFailure } from '../../go-template/call-function.ts'
import { GO_AND_SPRIG, type Signature, signatures } from '../../go-template/functions.ts'
import { type GoValue, NIL, ofType, STRING, text } from '../../go-template/go-value.ts'
import { isList, isMap, type Value } from '../../model/value.ts'

/** What an ApplicationSet's Go templates may call: sprig, and Argo CD's own (helm.md §1.5). */
export const APPLICATION_SET_FUNCTIONS: ReadonlyMap<string, Signature> = new Map([
  ...GO_AND_SPRIG,
  ...signatures(
    'normalize(string)string slugify(...any)string toYaml(any)string fromYaml(string)dict fromYamlArray(string)list',
  ),
])

/** What changes the map that it is given: what a template prints after it is not known. */
export const CHANGES_ITS_ARGUMENT: ReadonlySet<string> = new Set(
  'set unset merge mustMerge mergeOverwrite mustMergeOverwrite'.split(' '),
)

const MAX_NAME = 253

/** Argo CD's `SanitizeName`: a name that DNS takes. */
export function normalised(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^-a-z0-9.]/g, '-')
    .slice(0, MAX_NAME)
    .replace(/^[-.]+/, '')
    .replace(/[-.]+$/, '')
}

const textOf = (value: GoValue | undefined): string | undefined => (value?.is === 'string' ? value.text : undefined)

function decoded(source: GoValue | undefined, fits: (value: Value) => boolean, otherwise: string): GoValue {
  const written = textOf(source)
  if (written === undefined) return ofType(otherwise)
  const { documents, notes } = parseYaml({ file: '', text: written })
  const value = documents[0]?.value ?? null
  if (notes.length > 0 || !(value === null || fits(value))) throw new TemplateFailure('error converting YAML to JSON')
  return value === null ? NIL : shapeOf(value)
}

export const APPLICATION_SET_CALLS: Calls = {
  normalize: ([name]) => {
    const known = textOf(name)
    return known === undefined ? STRING : text(normalised(known))
  },
  slugify: (given) => {
    const name = textOf(given.at(-1))
    const [most, smart] = given.length > 1 ? given : []
    const size = most === undefined ? 50 : most.is === 'number' ? most.value : undefined
    const cutsAtWords = given.length < 3 || smart?.is !== 'bool' ? true : smart.value
    if (name === undefined || size === undefined || cutsAtWords === undefined) return STRING
    return text(slug(normalised(name), size, cutsAtWords))
  },
  toYaml: ([value = NIL]) => {
    const plain = plainOf(value)
    return plain === undefined ? STRING : text(dumpYaml(plain))
  },
  fromYaml: ([source]) => decoded(source, isMap, 'map[string]interface {}'),
  fromYamlArray: ([source]) => decoded(source, isList, '[]interface {}'),
}

/** gosimple/slug on what is a DNS name already: no dots, one dash for many, cut at `size`, or at the last word that fits. */
function slug(name: string, size: number, cutsAtWords: boolean): string {
  const whole = name
    .replace(/[^a-z0-9-_]/g, '-')
    .replace(/-+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
  if (size <= 0 || whole.length <= size) return whole
  if (!cutsAtWords) return whole.slice(0, size)
  let cut = ''
  for (const word of whole.split('-')) {
    const longer = cut === '' ? word : `${cut}-${word}`
    if (longer.length > size) return cut === '' ? word.slice(0, size) : cut
    cut = longer
  }
  return cut
}
