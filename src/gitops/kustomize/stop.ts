import type { FieldPath } from '../../model/value.ts'
import type { UndecidedCode } from './undecided.ts'

/** Thrown where a step cannot go on: kustomize ends with an error there (`fails`), or only it can tell. */
export class Stop extends Error {
  readonly code: UndecidedCode
  readonly fails: boolean
  /** The only fields of the object at hand that only kustomize can tell. */
  readonly fields: readonly FieldPath[] | undefined

  constructor(code: UndecidedCode, fields?: readonly FieldPath[]) {
    super(code)
    this.code = code
    this.fields = fields
    this.fails = code === 'build-fails' || code === 'absent'
  }
}
