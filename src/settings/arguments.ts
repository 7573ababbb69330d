import { type InputProblem, InvalidInput } from '../model/invalid-input.ts'
import type { Given } from './given.ts'
import { type InputName, type InputSpec, inputNamed } from './input-table.ts'
import { meant } from './inputs.ts'
import type { Command, Format, Purpose } from './settings.ts'
import { didYouMean, eitherOf } from './shape.ts'

export const COMMANDS: Readonly<Record<Command, string>> = {
  check: 'follow every reference from its line to policy and live key (default)',
  drift: 'say what changed in Vault against Git',
  plan: 'say what setting Vault up for these manifests would change',
  apply: 'set Vault up, as planned',
  snapshot: 'write down what a server shows, without any value, for runs that cannot reach it',
  explain: 'every request that ESO will make, and the rule that grants or denies it',
  'ci-policy': 'the smallest policy that a CI token needs for this repository',
  references: 'who uses which Vault path, on to the workloads',
  rotate: 'what must restart when a secret of Vault changes',
  access: 'who may do what on a Vault path; with --namespace, what a namespace can reach',
  doctor: 'what was not checked, why, and the lines that change that',
}

const PURPOSES: readonly Purpose[] = ['check', 'snapshot']
const FORMATS: readonly Format[] = ['text', 'json', 'sarif', 'markdown', 'code-quality', 'junit', 'html']

export type ParsedArguments =
  | { readonly kind: 'run'; readonly given: Given }
  | { readonly kind: 'help'; readonly command: Command | undefined }
  | { readonly kind: 'version' }

/**
 * Reads the command line (without `node` and the script's name).
 *
 * @throws InvalidInput naming every argument that is wrong, with the nearest that is right.
 */
export function parseArguments(argv: readonly string[]): ParsedArguments {
  const problems: InputProblem[] = []
  const wrong = (message: string): void => void problems.push({ message })
  const flags: { name: string; value: string | undefined }[] = []
  const positional: string[] = []
  let rest = false
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] as string
    if (rest || argument === '-' || !argument.startsWith('-')) positional.push(argument)
    else if (argument === '--') rest = true
    else {
      const [name, inline] = splitFlag(argument)
      const next = argv[i + 1]
      if (inline === undefined && takesValue(name, next) && next !== undefined) {
        flags.push({ name, value: next })
        i++
      } else flags.push({ name, value: inline })
    }
  }

  const command = takeCommand(positional, wrong)
  if (flags.some(({ name }) => name === 'help')) return { kind: 'help', command }
  if (flags.some(({ name }) => name === 'version')) return { kind: 'version' }

  const values: Partial<Record<InputName, string>> = {}
  let format: Format | undefined
  let color: boolean | undefined
  let timings = false
  let purpose: Purpose | undefined
  let ofNamespace: string | undefined
  for (const { name, value } of flags) {
    const input = inputNamed(name)
    if (name === 'format') format = readFormat(value, wrong)
    else if (name === 'for') purpose = readPurpose(value, command, wrong)
    else if (name === 'color' || name === 'no-color') color = name === 'color'
    else if (name === 'timings') timings = true
    else if (name === 'namespace' && command === 'access') ofNamespace = value
    else if (name === 'mode') wrong('There is no --mode here: write the command instead, as in `eso-vault drift`.')
    else if (input === undefined) wrong(unknownFlag(name))
    else addValue(values, input, value, wrong)
  }

  let subject: string | undefined
  if (command === 'explain') {
    subject = positional.shift()
    if (positional.length > 0) wrong(`explain takes one place; ${JSON.stringify(positional[0])} is too much.`)
  } else if (command === 'access') {
    subject = positional.shift()
    if (positional.length > 0) wrong(`access takes one path of Vault; ${JSON.stringify(positional[0])} is too much.`)
    if ((subject === undefined) === (ofNamespace === undefined))
      wrong(
        'access takes a path of Vault (`eso-vault access kv/team/app`) or `--namespace`, a namespace of Kubernetes.',
      )
  } else if (command === 'rotate') {
    subject = positional.shift()
    if (positional.length > 0) wrong(`rotate takes one path of Vault; ${JSON.stringify(positional[0])} is too much.`)
    if (subject === undefined) wrong('rotate takes a path of Vault, as in `eso-vault rotate kv/team/app`.')
  } else if (positional.length > 0) {
    values.paths = [...(values.paths === undefined ? [] : [values.paths]), ...positional].join('\n')
  }
  if (problems.length > 0) throw new InvalidInput(problems)
  return {
    kind: 'run',
    given: {
      from: 'terminal',
      command: command ?? 'check',
      subject,
      ofNamespace,
      values,
      format,
      color,
      timings,
      purpose,
    },
  }
}

function splitFlag(argument: string): [name: string, inline: string | undefined] {
  if (argument === '-h') return ['help', undefined]
  if (argument === '-V') return ['version', undefined]
  const body = argument.replace(/^--?/, '')
  const equals = body.indexOf('=')
  return equals === -1 ? [body, undefined] : [body.slice(0, equals), body.slice(equals + 1)]
}

/** A boolean flag stands alone unless `true` or `false` follows: `--allow-root-token manifests/` names a path. */
function takesValue(name: string, next: string | undefined): boolean {
  if (name === 'format' || name === 'mode' || name === 'for' || name === 'namespace') return true
  const input = inputNamed(name)
  if (input === undefined) return false
  if (input.format.is === 'boolean') return next === 'true' || next === 'false'
  return next === undefined || !next.startsWith('--')
}

function takeCommand(positional: string[], wrong: (message: string) => void): Command | undefined {
  const first = positional[0]
  if (first === undefined) return undefined
  if (Object.hasOwn(COMMANDS, first)) return positional.shift() as Command
  // `eso-vault kubernetes/` means `check kubernetes/`; a bare word that is nearly a command is a typo.
  if (/[./\\*]/.test(first)) return undefined
  const near = didYouMean(first, Object.keys(COMMANDS))
  wrong(`There is no command ${JSON.stringify(first)}.${near || ` Commands: ${Object.keys(COMMANDS).join(', ')}.`}`)
  positional.shift()
  return undefined
}

function readFormat(value: string | undefined, wrong: (message: string) => void): Format | undefined {
  if (FORMATS.includes(value as Format)) return value as Format
  const given = value === undefined ? '' : `, not ${JSON.stringify(value)}`
  wrong(`--format must be ${eitherOf(FORMATS)}${given}.${value === undefined ? '' : didYouMean(value, FORMATS)}`)
  return undefined
}

function readPurpose(
  value: string | undefined,
  command: Command | undefined,
  wrong: (message: string) => void,
): Purpose | undefined {
  if (command !== 'ci-policy') wrong('--for belongs to `eso-vault ci-policy`.')
  const known = PURPOSES.find((one) => one === value)
  if (known === undefined) {
    const given = value === undefined ? '' : `, not ${JSON.stringify(value)}`
    wrong(`--for must be ${eitherOf(PURPOSES)}${given}.${value === undefined ? '' : didYouMean(value, PURPOSES)}`)
  }
  return known
}

function unknownFlag(name: string): string {
  const flags = ['format', 'color', 'no-color', 'timings', 'help', 'version']
  const near = meant(name, 'mode') || didYouMean(name, flags)
  return `There is no option --${name}.${near.replaceAll(/"([a-z-]+)"/g, '--$1')}`
}

function addValue(
  values: Partial<Record<InputName, string>>,
  input: InputSpec,
  value: string | undefined,
  wrong: (message: string) => void,
): void {
  const name = input.name as InputName
  const text = value ?? (input.format.is === 'boolean' ? 'true' : undefined)
  if (text === undefined) {
    wrong(`--${name} needs a value: --${name} <${input.format.is === 'choice' ? input.format.of.join('|') : 'value'}>.`)
  } else if (values[name] !== undefined && input.format.is !== 'lines') wrong(`--${name} is given twice.`)
  else if (text.trim() !== '') values[name] = values[name] === undefined ? text : `${values[name]}\n${text}`
}
