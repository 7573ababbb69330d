import type { Manifest } from '../../model/manifest.ts'
import { nearestName } from '../../model/nearest-name.ts'
import type { Span } from '../../model/span.ts'
import { patchOver } from '../patched.ts'
import { HELM_FUNCTIONS, HELM_OBJECTS, KNOWN_FUNCTIONS, REMOVED_FUNCTIONS } from './functions.ts'
import { TemplateSyntaxError } from './go-lexer.ts'
import { parseTemplate } from './go-parser.ts'
import type { TemplateTree } from './go-tree.ts'
import { keyReads, type NestedRead, type RefusedMap } from './key-reads.ts'
import { type TemplateField, templateFields } from './template-fields.ts'
import type { InvalidTemplate, TemplateRead, TemplateReads } from './template-reads.ts'

export type { TemplateReads } from './template-reads.ts'

/** A variable that is filled in before Go sees the text, inside an action: what Go will see is not known. */
const VARIABLE_IN_ACTION = /\{\{[^}]*\$\{[^}]*\}/

/** The line of a template's text, or the whole field where lines cannot be told. */
function lineSpan(manifest: Manifest, field: TemplateField, line: number): Span {
  return manifest.spanOfTextLine?.(field.path, line) ?? manifest.spanOf(field.path)
}

/** What to write instead of what Go refuses. */
function syntaxFix(message: string, line: string): string {
  if (/^bad character U\+002D/.test(message)) {
    const name = /\.([\p{L}_][\p{L}\p{Nd}_]*(?:-[\p{L}\p{Nd}_-]*)+)/u.exec(line)?.[1]
    return ` A key with \`-\` is read with \`index . ${JSON.stringify(name ?? 'the-key')}\`.`
  }
  if (message === 'unclosed action') return ' A `{{` has no `}}`.'
  if (message === 'unexpected EOF') return ' An `if`, `with`, `range`, `define` or `block` lacks its `{{ end }}`.'
  return ''
}

function nestedMessage({ names }: NestedRead): string {
  const [first = '', second = ''] = names
  const key = names.join('.')
  return `can't evaluate field ${second} in type string: every value is text, and \`.${key}\` asks for a field of \`${first}\`. A key with a dot is read with \`index . ${JSON.stringify(key)}\`; JSON in a key with \`(fromJson .${first}).${names.slice(1).join('.')}\`.`
}

function refusedMessage({ function: name }: RefusedMap): string {
  return `error calling ${name}: expected map[string]interface {}; got map[string]string: ESO hands its templates a map of texts, which \`${name}\` does not take. Read a key that may be missing with \`index . "key"\`, which then gives an empty text.`
}

interface Judged {
  readonly invalid: readonly Omit<InvalidTemplate, 'field' | 'span'>[]
  readonly lines: readonly number[]
  readonly opaque?: string
}

/** Functions that Go will not find. */
function judgeFunctions(tree: TemplateTree): Judged {
  const invalid: Omit<InvalidTemplate, 'field' | 'span'>[] = []
  const lines: number[] = []
  for (const [name, line] of tree.functions) {
    if (KNOWN_FUNCTIONS.has(name)) continue
    const near = nearestName(name, KNOWN_FUNCTIONS)
    const meant = near === undefined ? '' : ` Did you mean \`${near}\`?`
    lines.push(line)
    invalid.push(
      REMOVED_FUNCTIONS.has(name)
        ? { severity: 'error', message: `function "${name}" not defined: ESO takes it out of its templates.` }
        : {
            severity: 'warning',
            message: `function "${name}" not defined, as far as is known of ESO's templates.${meant}`,
          },
    )
  }
  return { invalid, lines }
}

function readField(
  manifest: Manifest,
  field: TemplateField,
): { reads: TemplateRead[]; invalid: InvalidTemplate[]; opaque: string[] } {
  const at = (line: number) => lineSpan(manifest, field, line)
  const place = `${field.path.at(-1) === 'literal' ? 'a templateFrom literal' : `the template of \`${String(field.path.at(-1))}\``}`
  if (VARIABLE_IN_ACTION.test(field.text)) {
    return { reads: [], invalid: [], opaque: [`${place} holds a variable inside {{ }}`] }
  }
  let tree: TemplateTree
  try {
    tree = parseTemplate(field.text)
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error
    const text = field.text.split('\n')[error.line - 1] ?? ''
    return {
      reads: [],
      invalid: [
        {
          message: `${error.message}.${syntaxFix(error.message, text)}`,
          severity: 'error',
          field: field.path,
          span: at(error.line),
        },
      ],
      opaque: [],
    }
  }
  const { reads, nested, refused } = keyReads(tree)
  const isHelm =
    nested.some(({ names }) => HELM_OBJECTS.has(names[0] ?? '')) ||
    [...tree.functions.keys()].some((name) => HELM_FUNCTIONS.has(name))
  if (isHelm) return { reads: [], invalid: [], opaque: [`${place} is a Helm template that is not rendered`] }

  const functions = judgeFunctions(tree)
  const invalid: InvalidTemplate[] = functions.invalid.map((problem, i) => ({
    ...problem,
    field: field.path,
    span: at(functions.lines[i] ?? 1),
  }))
  for (const read of nested) {
    const severity = read.guarded ? 'warning' : 'error'
    invalid.push({ message: nestedMessage(read), severity, field: field.path, span: at(read.line) })
  }
  for (const read of refused) {
    const severity = read.guarded ? 'warning' : 'error'
    invalid.push({ message: refusedMessage(read), severity, field: field.path, span: at(read.line) })
  }
  if (field.over === 'rewrite') {
    for (const { key, line } of reads) {
      if (key === 'value') continue
      invalid.push({
        message: `\`.${key}\` gives \`<no value>\`: a rewrite template has only \`.value\`, the name of the key.`,
        severity: 'error',
        field: field.path,
        span: at(line),
      })
    }
    return { reads: [], invalid, opaque: [] }
  }
  return {
    reads: reads.map(({ line, ...read }) => ({ ...read, field: field.path, span: at(line) })),
    invalid,
    opaque: [],
  }
}

/**
 * The keys that the templates of an ExternalSecret or PushSecret (or their Cluster kinds) ask of the data, and the templates that
 * Go refuses (eso.md §6.4). Templates kept in ConfigMaps and Secrets, of engine v1, or changed by a patch, are told as opaque.
 */
export function templateReads(manifest: Manifest): TemplateReads {
  const { fields, opaque } = templateFields(manifest)
  const all: { reads: TemplateRead[]; invalid: InvalidTemplate[]; opaque: string[] } = {
    reads: [],
    invalid: [],
    opaque: [...opaque],
  }
  for (const field of fields) {
    const patch = patchOver(manifest, field.path)
    if (patch !== undefined) {
      all.opaque.push('a patch changes it')
      continue
    }
    const one = readField(manifest, field)
    all.reads.push(...one.reads)
    all.invalid.push(...one.invalid)
    all.opaque.push(...one.opaque)
  }
  return { ...all, opaque: [...new Set(all.opaque)] }
}
