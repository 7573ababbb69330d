import type { SourceFile } from '../../files/source-file.ts'
import type { DeclaredForm, Provenance } from '../../model/vault-state.ts'
import { type Harvest, policyFact, type Reading } from './harvest.ts'
import { harvestWrite, policyNameIn } from './path-write.ts'
import { type PlacedText, spanBetween } from './placed-text.ts'
import { placeText, unknownIn } from './symbolic-text.ts'
import { Evaluator } from './terraform/evaluate.ts'
import type { Block } from './terraform/hcl-expression.ts'
import { moduleOf } from './terraform/load-modules.ts'
import { parseHcl } from './terraform/parse-hcl.ts'
import { knownText, plainValue } from './terraform/terraform-value.ts'

/** Whether a text may be a server's configuration with requests in it: a cheap test before any reading. */
export const SELF_INIT = /\binitialize\s+"[^"\n]*"\s*\{[\s\S]*\brequest\s+"/

/**
 * OpenBao's self-initialisation: `initialize "x" { request "y" { operation, path, data } }` in the configuration of the server, which
 * sends the requests at its first start (forms.md §4).
 */
export function readSelfInit(
  placed: PlacedText,
  source: SourceFile,
  form: DeclaredForm,
  reading: Reading,
  harvest: Harvest,
): void {
  const requests = parseHcl(placed.text)
    .blocks.filter(({ type }) => type === 'initialize')
    .flatMap(({ body }) => body.blocks.filter(({ type }) => type === 'request'))
  for (const request of requests) readRequest(request, { placed, source, form, reading, harvest })
}

interface Place {
  readonly placed: PlacedText
  readonly source: SourceFile
  readonly form: DeclaredForm
  readonly reading: Reading
  readonly harvest: Harvest
}

function readRequest({ body, from, to }: Block, { placed, source, form, reading, harvest }: Place): void {
  const evaluator = new Evaluator(moduleOf({}, reading))
  const evaluate = (name: string) => {
    const node = body.attributes.get(name)
    return node === undefined ? undefined : evaluator.evaluate({ node, placed, source })
  }
  const operation = knownText(evaluate('operation')) ?? 'update'
  const path = knownText(evaluate('path'))
  const data = evaluate('data')
  if (path === undefined || !['create', 'update', 'write', 'put', 'post'].includes(operation)) return
  const provenance: Provenance = { from: 'git', span: spanBetween(placed, from, to), form }
  const name = policyNameIn(path)
  if (name !== undefined) {
    const text = data?.kind === 'object' && Object.hasOwn(data.entries, 'policy') ? data.entries.policy : undefined
    if (text?.kind !== 'text') return
    const own = placeText(text.placed, text.text)
    harvest.policies.push(policyFact({ name, unknown: unknownIn(text.text), placed: own, form }))
    return
  }
  // `data` as a block holds what the server works out by itself.
  const plain = data === undefined ? { value: {}, unknown: ['data'] } : plainValue(data)
  const fields = plain.value as Readonly<Record<string, unknown>>
  harvestWrite({ path, fields, unknownInPath: [], unknown: plain.unknown, provenance }, harvest)
}
