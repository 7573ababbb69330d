import { InvalidInput } from '../model/invalid-input.ts'
import { type Env, readEnvironment } from './environment.ts'
import type { Given } from './given.ts'
import { INPUTS, type InputName, isInputName, OTHER_NAMES } from './input-table.ts'
import { didYouMean } from './shape.ts'

/** Reads one input of the Action; `core.getInput` fits. */
export type GetInput = (name: string) => string

/**
 * The Action's inputs as given. The runner hands every key of the step's `with:` over as `INPUT_<NAME>`, also those that
 * `action.yml` does not know, with no more than a warning: a typo would silently turn a live check into an offline one, so it
 * fails here. A variable `INPUT_X` of the job reaches every action, and looks the same unless it holds a hyphen, which no variable
 * of a job has: without one, a name is told when it looks like one of ours, and is else none of our affair.
 *
 * @throws InvalidInput naming each unknown input and the one that was meant.
 */
export function readInputs(
  getInput: GetInput,
  env: Env,
): { readonly given: Given; readonly warnings: readonly string[] } {
  const unknown = unknownNames(env)
  const sure = unknown.filter((name) => name.includes('-'))
  if (sure.length > 0) throw new InvalidInput(sure.map((name) => ({ message: noSuchInput(name) })))
  return {
    given: inputsAsGiven(getInput),
    warnings: unknown.filter((name) => meant(name) !== '').map(noSuchInput),
  }
}

/** The same without a look at whether they are right: what is left to tell people by when they are not. */
export function inputsAsGiven(getInput: GetInput): Given {
  const values: Partial<Record<InputName, string>> = {}
  for (const { name } of INPUTS) {
    const value = getInput(name).trim()
    if (value !== '') values[name] = value
  }
  return { from: 'action', command: undefined, subject: undefined, values, format: undefined, color: undefined }
}

function unknownNames(env: Env): string[] {
  // act and the runners built on it (Forgejo, Gitea) leak the inputs of an enclosing composite action into the environment, so
  // that a foreign name proves nothing there.
  const { kind } = readEnvironment(env).ci
  if (kind === 'forgejo' || kind === 'gitea' || kind === 'act') return []
  return Object.keys(env)
    .filter((key) => key.startsWith('INPUT_'))
    .map((key) => key.slice('INPUT_'.length).toLowerCase())
    .filter((name) => !isInputName(name))
}

function noSuchInput(name: string): string {
  return `There is no input \`${name}\`.${meant(name)}`
}

/** ` Did you mean …?` for an input's or a flag's name; `without` is a name that is not to be proposed. */
export function meant(name: string, without?: InputName): string {
  const kebab = name.replaceAll('_', '-')
  if (Object.hasOwn(OTHER_NAMES, kebab)) return ` Write "${OTHER_NAMES[kebab]}".`
  const names = INPUTS.map((input) => input.name).filter((known) => known !== without)
  return didYouMean(name, names)
}
