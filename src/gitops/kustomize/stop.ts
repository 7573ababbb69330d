import type { UndecidedCode } from './undecided.ts'

/** Thrown where a step cannot go on: kustomize ends with an error there (`fails`), or only it can tell. */
export class Stop extends Error {
  readonly code: UndecidedCode
  readonly fails: boolean

  constructor(code: UndecidedCode) {
    super(code)
    this.code = code
    this.fails = code === 'build-fails' || code === 'absent'
  }
}
