import type { Span } from '../../model/span.ts'
import type { DeclaredPolicy } from './declared.ts'
import { policyFact } from './harvest.ts'
import { wholeFile } from './placed-text.ts'

/** The policy whose name the config gives to a file: the text is Git's word, the name the config's. */
export function saidPolicy(
  name: string,
  { file, text }: { readonly file: string; readonly text: string },
  namedAt: Span,
): DeclaredPolicy {
  const template = /\.(?:tpl|tftpl|tmpl|j2)$/.test(file)
  return {
    ...policyFact({ name, unknown: [], placed: wholeFile(file, text), form: 'hcl', template, namedAt }),
    saidAt: namedAt,
  }
}
