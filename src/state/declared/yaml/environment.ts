import type { Value, ValueMap } from '../../../model/value.ts'
import { FOREIGN } from '../shell/scope.ts'
import type { SymbolicText } from '../symbolic-text.ts'
import { isList, isMap } from './yaml-values.ts'

export type Environment = ReadonlyMap<string, SymbolicText>

/**
 * The variables that a map sets for the scripts below it, where they are literals: `env` of a container or of a workflow, `variables`
 * of a pipeline, `environment` of an Ansible task, `vars` of a Taskfile (forms.md §4). ConfigMaps that `envFrom` names count too,
 * and the parameters of a workflow of Argo, as a default.
 */
export function environmentIn(
  node: ValueMap,
  outer: Environment,
  configMap: (name: string) => ValueMap | undefined,
): Environment {
  const found: [string, Value][] = []
  for (const key of ['env', 'variables', 'environment']) {
    const value = node[key]
    if (isMap(value)) found.push(...Object.entries(value))
    else if (isList(value)) found.push(...value.flatMap(namedValue))
  }
  for (const source of isList(node.envFrom) ? node.envFrom : []) {
    const name = isMap(source) && isMap(source.configMapRef) ? source.configMapRef.name : undefined
    const data = typeof name === 'string' ? configMap(name) : undefined
    if (data !== undefined) found.push(...Object.entries(data))
  }
  // A Taskfile's own variables are filled in before the shell sees the text.
  if (isMap(node.vars))
    found.push(...Object.entries(node.vars).map(([key, value]): [string, Value] => [`{{.${key}}}`, value]))
  const parameters = [
    ...parametersOf(node.arguments, 'workflow.parameters'),
    ...parametersOf(node.inputs, 'inputs.parameters'),
  ]
  if (found.length + parameters.length === 0) return outer
  const environment = new Map(outer)
  for (const [name, value] of found) {
    const text = literalIn(value)
    if (text === undefined) environment.delete(name)
    else environment.set(name, text)
  }
  for (const [name, value] of parameters) {
    const text = literalIn(value)
    if (text === undefined) environment.delete(`{{${name}}}`)
    // Whoever submits the workflow, or a step, may give another.
    else environment.set(`{{${name}}}`, { ...text, assumed: [name] })
  }
  return environment
}

/** Parameters of a workflow of Argo, or of one of its templates, by the names that its texts use. */
function parametersOf(node: Value | undefined, prefix: string): [string, Value][] {
  const list = isMap(node) ? node.parameters : undefined
  return (isList(list) ? list : []).flatMap((item): [string, Value][] =>
    isMap(item) && typeof item.name === 'string'
      ? [[`${prefix}.${item.name}`, item.value ?? item.default ?? null]]
      : [],
  )
}

/** `{name, value}` of a container; of a value that comes from elsewhere nothing is known. */
function namedValue(item: Value): [string, Value][] {
  return isMap(item) && typeof item.name === 'string' ? [[item.name, item.value ?? null]] : []
}

function literalIn(given: Value): SymbolicText | undefined {
  const value = isMap(given) ? given.value : given
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const text = String(value)
  return /\$|\{\{/.test(text) ? undefined : { value: text, origins: [...text].map(() => FOREIGN), holes: [] }
}
