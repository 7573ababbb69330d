import { type InputProblem, InvalidInput } from '../model/invalid-input.ts'
import type { InputName } from './input-table.ts'
import { INPUTS, type InputSpec } from './input-table.ts'
import type { Command, Format, Purpose } from './settings.ts'
import { didYouMean, eitherOf, quoted } from './shape.ts'

/** What was given, by the Action's inputs or on the command line, before config, environment and defaults are asked. */
export interface Given {
  readonly from: 'action' | 'terminal'
  readonly command: Command | undefined
  readonly subject: string | undefined
  /** `access --namespace`. */
  readonly ofNamespace?: string | undefined
  /** Raw text by input; omitted and blank inputs are absent. */
  readonly values: Readonly<Partial<Record<InputName, string>>>
  readonly format: Format | undefined
  /** `ci-policy --for`. */
  readonly purpose?: Purpose | undefined
  readonly color: boolean | undefined
  /** How long each stage of the run took is told. */
  readonly timings?: boolean
}

/** Reads given texts by their formats. Problems are collected, so that one run shows every wrong input. */
export interface GivenReader {
  text(name: InputName): string | undefined
  lines(name: InputName): readonly string[] | undefined
  boolean(name: InputName): boolean | undefined
  choice<T extends string>(name: InputName): T | undefined
  /** How the user wrote the input: `input fail-on` or `--fail-on`. */
  called(name: InputName): string
  problem(name: InputName, message: string): void
  /** @throws InvalidInput when a problem was found. */
  finish(): void
}

export function readGiven(given: Given): GivenReader {
  const problems: InputProblem[] = []
  const called = (name: InputName): string => {
    if (given.from === 'action') return `Input \`${name}\``
    // There the mode is a word of its own.
    return name === 'mode' ? 'The command' : `--${name}`
  }
  const problem = (name: InputName, message: string): void => {
    problems.push({ message: `${called(name)} ${message}` })
  }
  const text = (name: InputName): string | undefined => given.values[name]
  return {
    text,
    called,
    problem,
    lines(name) {
      return text(name)
        ?.split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('#'))
    },
    boolean(name) {
      const value = text(name)
      if (value === undefined) return undefined
      if (/^(?:true|false)$/i.test(value)) return value.toLowerCase() === 'true'
      problem(name, `must be true or false, not ${quoted(value)}.`)
      return undefined
    },
    choice<T extends string>(name: InputName) {
      const value = text(name)
      if (value === undefined) return undefined
      const { format } = INPUTS.find((input) => input.name === name) as InputSpec
      const choices = format.is === 'choice' ? format.of : []
      if (choices.includes(value)) return value as T
      problem(name, `must be ${eitherOf(choices)}, not ${quoted(value)}.${didYouMean(value, choices)}`)
      return undefined
    },
    finish() {
      if (problems.length > 0) throw new InvalidInput(problems)
    },
  }
}
