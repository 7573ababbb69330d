import type { SourceFile } from '../../../files/source-file.ts'
import { type PlacedText, wholeFile } from '../placed-text.ts'
import type { SymbolicText } from '../symbolic-text.ts'
import { Evaluator } from './evaluate.ts'
import type { Expression } from './hcl-expression.ts'
import { readHclTemplate } from './hcl-text.ts'
import type { TerraformModule } from './module.ts'
import { parseHole } from './parse-expression.ts'
import { fillTemplate } from './template-text.ts'
import type { Env, TerraformValue } from './terraform-value.ts'

export interface FilledFile {
  readonly source: SourceFile
  readonly placed: PlacedText
  readonly text: SymbolicText
}

/** The text of `file()` and `templatefile()`, where the repository holds the file; `from`: the file that names it. */
export function fileText(
  { path, variables }: TerraformValue & { kind: 'file' },
  from: SourceFile,
  module: TerraformModule,
): FilledFile | undefined {
  const [source, ...others] = module.reading.files.find(path, from)
  if (source === undefined || others.length > 0) return undefined
  const placed = wholeFile(source.file, source.text)
  const { value } = { value: placed.text }
  if (variables === undefined)
    return { source, placed, text: { value, origins: Array.from(value, (_, at) => at), holes: [] } }
  const { text, holes } = readHclTemplate(value, parseHole)
  const evaluator = new Evaluator(module)
  const evaluate = (node: Expression, names?: Env) => evaluator.evaluate({ node, placed, source }, names ?? new Map())
  return { source, placed, text: fillTemplate(text, holes, placed, new Map(Object.entries(variables)), evaluate) }
}
