/** A place in a file that somebody has to change; `line` counts from 1. */
export interface InputPlace {
  readonly file?: string
  readonly line?: number
}

/** One thing that is wrong with what the user gave. */
export interface InputProblem extends InputPlace {
  /** A sentence: what is wrong and what to write instead, without the place. */
  readonly message: string
}

/**
 * The user's input, config or permissions are wrong: outcome `invalid`, exit code 2 (design §3). Everything that is thrown and
 * is not an `InvalidInput` counts as a bug of ours.
 */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput'
  readonly file: string | undefined
  readonly line: number | undefined
  /** All that is wrong, so that one run shows every typo; `file` and `line` are those of the first. */
  readonly problems: readonly InputProblem[]

  constructor(problem: string | readonly InputProblem[], place: InputPlace = {}) {
    const problems = typeof problem === 'string' ? [{ message: problem, ...place }] : problem
    super(problems.map(describe).join('\n'))
    this.problems = problems
    this.file = problems[0]?.file
    this.line = problems[0]?.line
  }
}

function describe({ message, file, line }: InputProblem): string {
  if (file === undefined) return message
  return line === undefined ? `${file}: ${message}` : `${file}:${line}: ${message}`
}
