import type { SourceFile } from '../../../files/source-file.ts'
import { folderOf, joinPath, lastSegment } from '../file-lookup.ts'
import { type PlacedText, wholeFile } from '../placed-text.ts'
import type { Block, Expression } from './hcl-expression.ts'
import { parseHcl } from './parse-hcl.ts'
import type { TerraformValue } from './terraform-value.ts'

/** A piece of HCL with the file that it is written in. */
export interface Written<T> {
  readonly node: T
  readonly placed: PlacedText
  readonly source: SourceFile
}

/** What a folder of `.tf` files declares. */
export interface TerraformModule {
  readonly root: string
  readonly folder: string
  readonly variables: ReadonlyMap<string, Written<Expression>>
  readonly locals: ReadonlyMap<string, Written<Expression>>
  readonly resources: readonly Written<Block>[]
  /** By `type.name`, with `data.` before data sources. */
  readonly byAddress: ReadonlyMap<string, Written<Block>>
  /** Variables that several calls of this module, or calls with other than literal values, set: their default says nothing. */
  readonly overridden: ReadonlySet<string>
  /** What was evaluated already; an entry that is still `undefined` is being evaluated. */
  readonly values: Map<Expression, TerraformValue | undefined>
}

/** Groups Terraform files into modules. Values files that Terraform loads by itself override defaults. */
export function terraformModules(files: readonly SourceFile[]): TerraformModule[] {
  const folders = new Map<string, SourceFile[]>()
  for (const file of files) {
    const key = `${file.root}\n${folderOf(file.relative)}`
    const same = folders.get(key)
    if (same === undefined) folders.set(key, [file])
    else same.push(file)
  }
  const modules = [...folders.values()].map(moduleOf)
  const passed = passedVariables(modules)
  return modules.map((module) => ({
    ...module,
    overridden: passed.get(`${module.root}\n${module.folder}`) ?? new Set(),
  }))
}

function moduleOf(files: readonly SourceFile[]): TerraformModule {
  const variables = new Map<string, Written<Expression>>()
  const locals = new Map<string, Written<Expression>>()
  const resources: Written<Block>[] = []
  const byAddress = new Map<string, Written<Block>>()
  const first = files[0]
  // Values files last: what they set wins over a variable's default.
  const ordered = files.toSorted(
    (a, b) => Number(a.relative.endsWith('.tfvars')) - Number(b.relative.endsWith('.tfvars')),
  )
  for (const source of ordered) {
    const placed = wholeFile(source.file, source.text)
    const body = parseHcl(placed.text)
    if (source.relative.endsWith('.tfvars')) {
      if (/^terraform\.tfvars$|\.auto\.tfvars$/.test(lastSegment(source.relative)))
        for (const [name, node] of body.attributes) variables.set(name, { node, placed, source })
      continue
    }
    for (const node of body.blocks) {
      const [type = '', name = ''] = node.labels
      const written = { node, placed, source }
      const initial = node.type === 'variable' ? node.body.attributes.get('default') : undefined
      if (initial !== undefined) variables.set(type, { node: initial, placed, source })
      if (node.type === 'locals')
        for (const [local, value] of node.body.attributes) locals.set(local, { node: value, placed, source })
      if (node.type === 'resource') byAddress.set(`${type}.${name}`, written)
      if (node.type === 'data') byAddress.set(`data.${type}.${name}`, written)
      if (node.type === 'resource' || node.type === 'module') resources.push(written)
    }
  }
  return {
    root: first?.root ?? '',
    folder: folderOf(first?.relative ?? ''),
    variables,
    locals,
    resources,
    byAddress,
    overridden: new Set(),
    values: new Map(),
  }
}

/** What `module` blocks with a local source pass, by the folder that they call. */
function passedVariables(modules: readonly TerraformModule[]): Map<string, Set<string>> {
  const passed = new Map<string, Set<string>>()
  for (const { root, folder, resources } of modules)
    for (const { node } of resources) {
      const source = node.type === 'module' ? node.body.attributes.get('source') : undefined
      if (source?.kind !== 'text' || !source.text.value.startsWith('.')) continue
      const key = `${root}\n${joinPath(folder, source.text.value)}`
      const names = passed.get(key) ?? new Set()
      for (const name of node.body.attributes.keys()) names.add(name)
      passed.set(key, names)
    }
  return passed
}
