import type { SourceFile } from '../../../files/source-file.ts'
import type { PlacedText } from '../placed-text.ts'
import type { Expression } from './hcl-expression.ts'
import type { TerraformModule } from './module.ts'
import type { Env, TerraformValue } from './terraform-value.ts'
import type { Written } from './written.ts'

/** What evaluates expressions of one module. */
export interface Evaluating {
  readonly module: TerraformModule
  /** Variables that were taken at their default so far. */
  readonly assumed: Set<string>
  evaluate(written: Written<Expression>, env?: Env): TerraformValue
}

/** Where an expression stands, and what it is evaluated with. */
export interface Place {
  readonly placed: PlacedText
  readonly source: SourceFile
  readonly env: Env
  /** What it is where it cannot be told. */
  readonly unknown: TerraformValue
  readonly evaluator: Evaluating
}
