import type { FieldPath } from '../../model/value.ts'
import { entriesAt, type Placed, textAt } from '../placed/placed.ts'
import { isNull, isYaml11Boolean } from './scalar-text.ts'
import type { UndecidedCode } from './undecided.ts'

type Type =
  | 'text'
  | 'flag'
  | 'integer'
  /** Not looked into. */
  | 'any'
  | { readonly list: Type }
  | { readonly map: Type }
  | { readonly fields: Readonly<Record<string, Type>> }

const texts = (...names: string[]) => Object.fromEntries(names.map((name) => [name, 'text'] as const))
const list = (type: Type): Type => ({ list: type })
const fields = (of: Readonly<Record<string, Type>>): Type => ({ fields: of })

const pairs: Type = { map: 'text' }
const id = texts('group', 'version', 'kind', 'name', 'namespace')
const selector = fields({ ...id, ...texts('labelSelector', 'annotationSelector') })
const patch = fields({
  ...texts('path', 'patch'),
  target: selector,
  options: fields({ allowNameChange: 'flag', allowKindChange: 'flag' }),
})
const options = fields({ labels: pairs, annotations: pairs, disableNameSuffixHash: 'flag', immutable: 'flag' })
const generator = {
  ...texts('name', 'namespace', 'behavior', 'env'),
  literals: list('text'),
  files: list('text'),
  envs: list('text'),
  options,
}
const fieldOptions = fields({ ...texts('delimiter', 'encoding'), index: 'integer', create: 'flag' })
const image = fields(texts('name', 'newName', 'tagSuffix', 'newTag', 'digest'))
const label = fields({
  pairs,
  includeSelectors: 'flag',
  includeTemplates: 'flag',
  fields: list(fields({ ...texts('group', 'version', 'kind', 'path'), create: 'flag' })),
})

/** The fields of a kustomization and of what they hold, as kustomize 5.8 declares them: it refuses every other one. */
const KUSTOMIZATION: Readonly<Record<string, Type>> = {
  ...texts('apiVersion', 'kind', 'namePrefix', 'nameSuffix', 'namespace'),
  metadata: fields({ ...texts('name', 'namespace'), labels: pairs, annotations: pairs }),
  openapi: pairs,
  commonLabels: pairs,
  labels: list(label),
  commonAnnotations: pairs,
  patchesStrategicMerge: list('text'),
  patchesJson6902: list(patch),
  patches: list(patch),
  images: list(image),
  imageTags: list(image),
  replacements: list(
    fields({
      ...texts('path', 'sourceValue'),
      source: fields({ ...id, fieldPath: 'text', options: fieldOptions }),
      targets: list(
        fields({ select: selector, reject: list(selector), fieldPaths: list('text'), options: fieldOptions }),
      ),
    }),
  ),
  replicas: list(fields({ name: 'text', count: 'integer' })),
  vars: list('any'),
  sortOptions: 'any',
  resources: list('text'),
  components: list('text'),
  crds: list('text'),
  bases: list('text'),
  configMapGenerator: list(fields(generator)),
  secretGenerator: list(fields({ ...generator, type: 'text' })),
  helmGlobals: 'any',
  helmCharts: list('any'),
  helmChartInflationGenerator: list('any'),
  generatorOptions: options,
  configurations: list('text'),
  generators: list('text'),
  transformers: list('text'),
  validators: list('text'),
  buildMetadata: list('text'),
}

export interface FieldProblem {
  readonly code: UndecidedCode
  readonly path: FieldPath
}

const COMPONENT_VERSION = 'kustomize.config.k8s.io/v1alpha1'
const VERSION = 'kustomize.config.k8s.io/v1beta1'

/** What kustomize refuses in a kustomization before it does anything: fields that it does not know, values of another type. */
export function fieldProblem(kustomization: Placed): FieldProblem | undefined {
  if (kustomization.type !== 'map') return { code: 'build-fails', path: [] }
  const kind = textAt(kustomization, 'kind') ?? ''
  const version = textAt(kustomization, 'apiVersion') ?? ''
  if (kind !== '' && kind !== 'Kustomization' && kind !== 'Component') return { code: 'build-fails', path: ['kind'] }
  if (version !== '' && version !== (kind === 'Component' ? COMPONENT_VERSION : VERSION))
    return { code: 'build-fails', path: ['apiVersion'] }
  const says = entriesAt(kustomization).some(
    ([name, { node }]) => name !== 'kind' && name !== 'apiVersion' && !isNull(node) && textAt(node) !== '',
  )
  return (
    problemIn(kustomization, { fields: KUSTOMIZATION }, []) ?? (says ? undefined : { code: 'build-fails', path: [] })
  )
}

function problemIn(node: Placed, type: Type, path: FieldPath): FieldProblem | undefined {
  if (type === 'any' || isNull(node)) return undefined
  const wrong: FieldProblem = { code: 'build-fails', path }
  if (typeof type === 'string') {
    if (node.type !== 'scalar') return wrong
    const value = isYaml11Boolean(node) ? true : node.value
    const wanted = type === 'text' ? 'string' : type === 'flag' ? 'boolean' : 'number'
    return typeof value === wanted && (type !== 'integer' || Number.isInteger(value)) ? undefined : wrong
  }
  if ('list' in type) {
    if (node.type !== 'list') return wrong
    return first(node.items.map((item, index) => () => problemIn(item, type.list, [...path, index])))
  }
  if (node.type !== 'map') return wrong
  return first(
    [...node.entries].map(([name, entry]) => () => {
      const at = [...path, name]
      if ('map' in type) return problemIn(entry.node, type.map, at)
      const own = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined
      if (own !== undefined) return problemIn(entry.node, own, at)
      // kustomize takes keys without regard to case; we insist on the spelling.
      const isSpelled = Object.keys(type.fields).some((field) => field.toLowerCase() === name.toLowerCase())
      return { code: isSpelled ? 'field' : 'build-fails', path: at } satisfies FieldProblem
    }),
  )
}

function first(checks: readonly (() => FieldProblem | undefined)[]): FieldProblem | undefined {
  for (const check of checks) {
    const found = check()
    if (found !== undefined) return found
  }
  return undefined
}
