import type { SourceFile } from '../../../files/source-file.ts'
import type { PlacedText } from '../placed-text.ts'

/** A piece of HCL with the file that it is written in. */
export interface Written<T> {
  readonly node: T
  readonly placed: PlacedText
  readonly source: SourceFile
}
