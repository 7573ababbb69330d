import type { SourceFile } from '../../../files/source-file.ts'
import { folderOf, joinPath, lastSegment } from '../file-lookup.ts'
import type { Reading } from '../harvest.ts'
import { type PlacedText, wholeFile } from '../placed-text.ts'
import type { Block, Body, Expression } from './hcl-expression.ts'
import { parseHcl } from './parse-hcl.ts'
import type { Env, Evaluated, TerraformValue } from './terraform-value.ts'
import type { Written } from './written.ts'

/** What a folder of `.tf` files says, whoever calls it. */
export interface ModuleText {
  readonly root: string
  readonly folder: string
  readonly defaults: ReadonlyMap<string, Written<Expression>>
  readonly locals: ReadonlyMap<string, Written<Expression>>
  readonly outputs: ReadonlyMap<string, Written<Expression>>
  /** Resources and calls of modules, in order. */
  readonly blocks: readonly Written<Block>[]
  /** By `type.name`, with `data.` before data sources and `module.` before calls. */
  readonly byAddress: ReadonlyMap<string, Written<Block>>
  /** Values files that Terraform loads by itself, and those that a person names. */
  readonly values: ReadonlyMap<string, Written<Expression>>
  readonly alternatives: readonly ValuesFile[]
}

export interface ValuesFile {
  readonly source: SourceFile
  readonly values: ReadonlyMap<string, Written<Expression>>
}

/** One use of a module: what it is given, and what was evaluated of it already. */
export interface TerraformModule extends ModuleText {
  /** What the call of the module, or a values file that is named, gives a variable. */
  readonly given: (name: string) => Evaluated | undefined
  readonly reading: Reading
  /** An entry that is `undefined` is being evaluated. */
  readonly known: Map<Expression, Evaluated | undefined>
  /** What the `module` block of the name calls: several times for `for_each`. */
  readonly callsOf: (name: string) => readonly ModuleCall[]
  readonly budget: Budget
  /** Instances of a block, once they are made. */
  readonly instances: Map<Block, readonly Instance[] | 'making'>
}

/** A call of a module, and what it gives back. */
export interface ModuleCall {
  readonly key: string
  readonly output: (name: string) => TerraformValue | undefined
}

/** One of what `for_each` or `count` makes of a block; `known`: it is told that there is one, and of what key. */
export interface Instance {
  readonly key: string
  readonly env: Env
  readonly known: boolean
}

/** What reading Terraform may cost in all: collections in collections multiply. */
export interface Budget {
  steps: number
  instances: number
  depth: number
}

/** The folders of Terraform files, by root and folder. */
export function moduleTexts(files: readonly SourceFile[]): Map<string, ModuleText> {
  const folders = new Map<string, SourceFile[]>()
  const values: SourceFile[] = []
  for (const file of files) {
    if (file.relative.endsWith('.tfvars')) values.push(file)
    else push(folders, moduleKey(file.root, folderOf(file.relative)), file)
  }
  const valuesOf = new Map<string, SourceFile[]>()
  for (const file of values) {
    // A values file belongs to the module beside it, else to the nearest one above.
    for (let folder = folderOf(file.relative); ; folder = folderOf(folder)) {
      const key = moduleKey(file.root, folder)
      if (folders.has(key)) {
        push(valuesOf, key, file)
        break
      }
      if (folder === '') break
    }
  }
  return new Map([...folders].map(([key, own]) => [key, moduleText(own, valuesOf.get(key) ?? [])]))
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [item])
  else list.push(item)
}

export function moduleKey(root: string, folder: string): string {
  return `${root}\n${folder}`
}

/** The folder that a local `source` means. */
export function calledFolder(folder: string, source: string): string | undefined {
  return /^\.{1,2}(?:\/|$)/.test(source) ? joinPath(folder, source) : undefined
}

function moduleText(files: readonly SourceFile[], valuesFiles: readonly SourceFile[]): ModuleText {
  const defaults = new Map<string, Written<Expression>>()
  const locals = new Map<string, Written<Expression>>()
  const outputs = new Map<string, Written<Expression>>()
  const blocks: Written<Block>[] = []
  const byAddress = new Map<string, Written<Block>>()
  const first = files[0]
  for (const source of files) {
    const placed = wholeFile(source.file, source.text)
    for (const node of parseHcl(placed.text).blocks) {
      const [type = '', name = ''] = node.labels
      const written = { node, placed, source }
      if (node.type === 'variable') setFrom(defaults, type, 'default', written)
      if (node.type === 'output') setFrom(outputs, type, 'value', written)
      if (node.type === 'locals')
        for (const [local, value] of node.body.attributes) locals.set(local, { node: value, placed, source })
      if (node.type === 'resource') byAddress.set(`${type}.${name}`, written)
      if (node.type === 'data') byAddress.set(`data.${type}.${name}`, written)
      if (node.type === 'module') byAddress.set(`module.${type}`, written)
      if (node.type === 'resource' || node.type === 'module') blocks.push(written)
    }
  }
  const [loaded, named] = [valuesFiles.filter(isLoaded), valuesFiles.filter((file) => !isLoaded(file))]
  const values = new Map(loaded.flatMap((source) => [...valuesIn(source)]))
  return {
    root: first?.root ?? '',
    folder: folderOf(first?.relative ?? ''),
    defaults,
    locals,
    outputs,
    blocks,
    byAddress,
    values,
    alternatives: named.map((source) => ({ source, values: valuesIn(source) })),
  }
}

function setFrom(
  map: Map<string, Written<Expression>>,
  name: string,
  attribute: string,
  { node, placed, source }: Written<Block>,
): void {
  const value = node.body.attributes.get(attribute)
  if (value !== undefined) map.set(name, { node: value, placed, source })
}

/** Terraform loads it without being told. */
function isLoaded({ relative }: SourceFile): boolean {
  return /^terraform\.tfvars$|\.auto\.tfvars$/.test(lastSegment(relative))
}

function valuesIn(source: SourceFile): Map<string, Written<Expression>> {
  const placed = wholeFile(source.file, source.text)
  return attributesOf(parseHcl(placed.text), placed, source)
}

function attributesOf(body: Body, placed: PlacedText, source: SourceFile): Map<string, Written<Expression>> {
  return new Map([...body.attributes].map(([name, node]) => [name, { node, placed, source }]))
}
