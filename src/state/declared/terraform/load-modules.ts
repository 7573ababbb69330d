import type { SourceFile } from '../../../files/source-file.ts'
import { folderOf } from '../file-lookup.ts'
import type { Reading } from '../harvest.ts'
import { wholeFile } from '../placed-text.ts'
import { Evaluator } from './evaluate.ts'
import type { Block, Expression } from './hcl-expression.ts'
import { instancesOf } from './instances.ts'
import {
  type Budget,
  calledFolder,
  type ModuleCall,
  type ModuleText,
  moduleKey,
  moduleTexts,
  type TerraformModule,
} from './module.ts'
import { parseHcl } from './parse-hcl.ts'
import type { Env, Evaluated, TerraformValue } from './terraform-value.ts'
import type { Written } from './written.ts'

/** Modules in modules. */
const DEEPEST = 6
const MOST_STEPS = 400_000
const MOST_INSTANCES = 2_000
/** So many environments of one module are no environments. */
const MOST_ALTERNATIVES = 20
/** Arguments of a call that are no variables of the module. */
const META = new Set(['source', 'version', 'for_each', 'count', 'providers', 'depends_on'])

/**
 * Every use of every module: those that nothing in the repository calls as they stand, once for each values file that a person may
 * name; those that are called once for each call, with what the call gives (forms.md §6).
 */
export function terraformModules(
  files: readonly SourceFile[],
  terragrunt: readonly SourceFile[],
  reading: Reading,
): TerraformModule[] {
  const loader = new ModuleLoader(moduleTexts(files), reading)
  loader.load(terragrunt)
  return loader.modules
}

class ModuleLoader {
  readonly modules: TerraformModule[] = []
  readonly #texts: ReadonlyMap<string, ModuleText>
  readonly #reading: Reading
  readonly #budget: Budget = { steps: MOST_STEPS, instances: MOST_INSTANCES, depth: 0 }

  constructor(texts: ReadonlyMap<string, ModuleText>, reading: Reading) {
    this.#texts = texts
    this.#reading = reading
  }

  load(terragrunt: readonly SourceFile[]): void {
    const called = new Set<string>()
    for (const text of this.#texts.values())
      for (const { node } of text.blocks) {
        const key = node.type === 'module' ? this.#target(text, node) : undefined
        if (key !== undefined) called.add(key)
      }
    for (const file of terragrunt) this.#loadTerragrunt(file, called)
    for (const [key, text] of this.#texts) {
      if (called.has(key)) continue
      const alternatives = text.alternatives.slice(0, MOST_ALTERNATIVES)
      // What Terraform loads by itself is enough of an environment.
      if (alternatives.length === 0 || text.values.size > 0) this.#add(text, () => undefined, [key])
      for (const { values } of alternatives)
        this.#add({ ...text, values: new Map([...text.values, ...values]) }, () => undefined, [key])
    }
  }

  /** The key of the module that a block calls, where it is one of the repository. */
  #target({ root, folder }: ModuleText, block: Block): string | undefined {
    const source = block.body.attributes.get('source')
    const path =
      source?.kind === 'text' && source.holes.length === 0 ? calledFolder(folder, source.text.value) : undefined
    const key = path === undefined ? undefined : moduleKey(root, path)
    return key !== undefined && this.#texts.has(key) ? key : undefined
  }

  #add(text: ModuleText, given: TerraformModule['given'], chain: readonly string[]): TerraformModule {
    const made = new Map<string, readonly ModuleCall[]>()
    const module: TerraformModule = {
      ...text,
      given,
      reading: this.#reading,
      known: new Map(),
      instances: new Map(),
      budget: this.#budget,
      callsOf: (name) => {
        const before = made.get(name)
        if (before !== undefined) return before
        made.set(name, [])
        const calls = this.#call(name, module, chain)
        made.set(name, calls)
        return calls
      },
    }
    this.modules.push(module)
    for (const { node } of text.blocks) if (node.type === 'module') module.callsOf(node.labels[0] ?? '')
    return module
  }

  #call(name: string, module: TerraformModule, chain: readonly string[]): ModuleCall[] {
    const written = module.byAddress.get(`module.${name}`)
    const key = written === undefined ? undefined : this.#target(module, written.node)
    const text = key === undefined ? undefined : this.#texts.get(key)
    if (written === undefined || key === undefined || text === undefined) return []
    if (chain.includes(key) || chain.length >= DEEPEST) return []
    return instancesOf(written, new Evaluator(module)).map((instance) => {
      const child = this.#add(text, argumentsOf(written, instance.env, module), [...chain, key])
      return { key: instance.key, output: (output) => outputOf(child, output) }
    })
  }

  /** `terraform { source = "../modules/x" }` and `inputs = {…}`. */
  #loadTerragrunt(source: SourceFile, called: Set<string>): void {
    const placed = wholeFile(source.file, source.text)
    const body = parseHcl(placed.text)
    const from = body.blocks.find(({ type }) => type === 'terraform')?.body.attributes.get('source')
    const path = from?.kind === 'text' ? calledFolder(folderOf(source.relative), from.text.value) : undefined
    const key = path === undefined ? undefined : moduleKey(source.root, path.replace(/\/\/.*$/, ''))
    const text = key === undefined ? undefined : this.#texts.get(key)
    if (key === undefined || text === undefined) return
    called.add(key)
    const inputs = body.attributes.get('inputs')
    const locals = body.blocks.filter(({ type }) => type === 'locals').flatMap(({ body }) => [...body.attributes])
    const own = {
      root: source.root,
      folder: folderOf(source.relative),
      locals: new Map(locals.map(([name, node]) => [name, { node, placed, source }])),
    }
    const evaluator = new Evaluator(moduleOf(own, this.#reading, this.#budget))
    const given = (name: string): Evaluated | undefined => {
      const value = inputs === undefined ? undefined : evaluator.evaluate({ node: inputs, placed, source })
      const found = value?.kind === 'object' && Object.hasOwn(value.entries, name) ? value.entries[name] : undefined
      return found === undefined ? undefined : { value: found, assumed: [] }
    }
    this.#add(text, given, [key])
  }
}

/** A module that holds nothing but what the text gives: for expressions that stand outside of Terraform. */
export function moduleOf(text: Partial<ModuleText>, reading: Reading, budget?: Budget): TerraformModule {
  return {
    ...EMPTY,
    ...text,
    given: () => undefined,
    reading,
    known: new Map(),
    instances: new Map(),
    budget: budget ?? { steps: MOST_STEPS, instances: MOST_INSTANCES, depth: 0 },
    callsOf: () => [],
  }
}

const EMPTY: ModuleText = {
  root: '',
  folder: '',
  defaults: new Map(),
  locals: new Map(),
  outputs: new Map(),
  blocks: [],
  byAddress: new Map(),
  values: new Map(),
  alternatives: [],
}

function argumentsOf(written: Written<Block>, env: Env, module: TerraformModule): TerraformModule['given'] {
  const known = new Map<string, Evaluated>()
  return (name) => {
    const node: Expression | undefined = META.has(name) ? undefined : written.node.body.attributes.get(name)
    if (node === undefined) return undefined
    const before = known.get(name)
    if (before !== undefined) return before
    const evaluator = new Evaluator(module)
    const value = evaluator.evaluate({ ...written, node }, env)
    const evaluated = { value, assumed: [...evaluator.assumed] }
    known.set(name, evaluated)
    return evaluated
  }
}

function outputOf(module: TerraformModule, name: string): TerraformValue | undefined {
  const written = module.outputs.get(name)
  return written === undefined ? undefined : new Evaluator(module).evaluate(written)
}
