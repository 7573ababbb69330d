import { TemplateSyntaxError, TemplateTooDeep } from '../../go-template/go-lexer.ts'
import { MAX_DEPTH, parseTemplate } from '../../go-template/go-parser.ts'
import type { TemplateTree } from '../../go-template/go-tree.ts'
import { MAX_STEPS, type RunFailure, runTemplate } from '../../go-template/run-template.ts'
import type { Manifest } from '../../model/manifest.ts'
import { nearestName } from '../../model/nearest-name.ts'
import type { TemplateReason } from '../../model/reason.ts'
import type { Span } from '../../model/span.ts'
import { patchOver } from '../patched.ts'
import { FUNCTIONS, FUNCTIONS_OF, HELM_FUNCTIONS, HELM_OBJECTS, REMOVED_FUNCTIONS } from './functions.ts'
import { rewriteData, SECRET_DATA } from './template-data.ts'
import { type TemplateField, templateFields } from './template-fields.ts'
import type { InvalidTemplate, OpaqueTemplate, TemplateRead, TemplateReads } from './template-reads.ts'

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
  if (message.startsWith('malformed character constant')) {
    return ' Single quotes hold one character in Go: write the text in double quotes, or in backquotes.'
  }
  if (message === 'unclosed action') return ' A `{{` has no `}}`.'
  if (message === 'unexpected EOF') return ' An `if`, `with`, `range`, `define` or `block` lacks its `{{ end }}`.'
  return ''
}

/** Go's words, and what to write instead. */
function failureMessage({ message, names = [] }: RunFailure): string {
  const [first = ''] = names
  if (names.length > 1) {
    const key = names.join('.')
    return `${message}: every value is text, and \`.${key}\` asks for a field of \`${first}\`. A key with a dot is read with \`index . ${JSON.stringify(key)}\`; JSON in a key with \`(fromJson .${first}).${names.slice(1).join('.')}\`.`
  }
  if (/expected map\[string\]interface \{\}; got map\[string\]string/.test(message)) {
    return `${message}: ESO hands its templates a map of texts, which this function does not take. Read a key that may be missing with \`index . "key"\`, which then gives an empty text.`
  }
  if (message.startsWith("range can't iterate over")) {
    return `${message}. Every value of a Secret is text: split it (\`splitList ","\`) or parse it (\`fromJson\`) first.`
  }
  if (/is not a method but has arguments$/.test(message)) {
    return `${message}. A key takes no arguments: write each in an action of its own, or put a function before them.`
  }
  if (message === 'error calling index: cannot index slice/array with type string') {
    return `${message}. Every value is text, and has no keys: parse it first, \`index (fromJson .key) "name"\`.`
  }
  return `${message}.`
}

interface Judged {
  readonly invalid: readonly Omit<InvalidTemplate, 'field' | 'span'>[]
  readonly lines: readonly number[]
}

/** What a rewrite's template is given; another name gives `<no value>` (eso.md §6.4). */
const REWRITE_DATA = rewriteData(undefined)

/** Whether what is not rendered yet is a chart's own template: then Go of ESO never sees it. */
function isHelm(tree: TemplateTree, { text: written }: TemplateField): boolean {
  if ([...tree.functions.keys()].some((name) => HELM_FUNCTIONS.has(name))) return true
  return [...HELM_OBJECTS].some((name) => new RegExp(`\\.${name}\\.`).test(written))
}

/** Functions that Go will not find. */
function judgeFunctions(tree: TemplateTree): Judged {
  const invalid: Omit<InvalidTemplate, 'field' | 'span'>[] = []
  const lines: number[] = []
  for (const [name, line] of tree.functions) {
    if (FUNCTIONS.has(name)) continue
    lines.push(line)
    const near = nearestName(name, FUNCTIONS.keys())
    if (REMOVED_FUNCTIONS.has(name))
      invalid.push({ severity: 'error', message: `function "${name}" not defined: ESO takes it out of its templates.` })
    else if (HELM_FUNCTIONS.has(name))
      invalid.push({ severity: 'error', message: `function "${name}" not defined: only Helm's templates have it.` })
    else if (near !== undefined)
      invalid.push({ severity: 'error', message: `function "${name}" not defined. Did you mean \`${near}\`?` })
    else
      invalid.push({
        severity: 'warning',
        message: `function "${name}" not defined: no ESO up to ${FUNCTIONS_OF} has it.`,
        unknownFunction: name,
      })
  }
  return { invalid, lines }
}

function readField(manifest: Manifest, field: TemplateField): TemplateReads {
  const at = (line: number) => lineSpan(manifest, field, line)
  const opaque = (reason: TemplateReason): TemplateReads => ({
    reads: [],
    invalid: [],
    opaque: [{ field: field.path, reason }],
  })
  if (VARIABLE_IN_ACTION.test(field.text)) return opaque({ code: 'template-variable' })
  let tree: TemplateTree
  try {
    tree = parseTemplate(field.text)
  } catch (error) {
    if (error instanceof TemplateTooDeep) {
      const message = `it is nested deeper than ${MAX_DEPTH} levels, and was not looked into.`
      return { reads: [], invalid: [{ message, severity: 'warning', field: field.path, span: at(1) }], opaque: [] }
    }
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
  const unrendered = manifest.origin.appliedBy.length === 0 && manifest.origin.form === 'plain'
  if (unrendered && isHelm(tree, field)) return opaque({ code: 'template-of-helm' })
  const functions = judgeFunctions(tree)
  const invalid: InvalidTemplate[] = functions.invalid.map((problem, i) => ({
    ...problem,
    field: field.path,
    span: at(functions.lines[i] ?? 1),
  }))
  const { reads, failures, stopped } = runTemplate(tree, {
    data: field.over === 'rewrite' ? REWRITE_DATA : SECRET_DATA,
    functions: FUNCTIONS,
  })
  for (const failure of failures) {
    const severity = failure.guarded ? 'warning' : 'error'
    invalid.push({ message: failureMessage(failure), severity, field: field.path, span: at(failure.line) })
  }
  if (stopped !== undefined) {
    const message = `it takes more than ${MAX_STEPS} steps, and what comes after them was not looked into.`
    invalid.push({ message, severity: 'warning', field: field.path, span: at(stopped) })
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
  let found = known.get(manifest)
  if (found === undefined) {
    found = readAll(manifest)
    known.set(manifest, found)
  }
  return found
}

/** Several rules ask. */
const known = new WeakMap<Manifest, TemplateReads>()

function readAll(manifest: Manifest): TemplateReads {
  const { fields, opaque } = templateFields(manifest)
  const all: { reads: TemplateRead[]; invalid: InvalidTemplate[]; opaque: OpaqueTemplate[] } = {
    reads: [],
    invalid: [],
    opaque: [...opaque],
  }
  for (const field of fields) {
    const patch = patchOver(manifest, field.path)
    if (patch !== undefined) {
      all.opaque.push({ field: field.path, reason: patch })
      continue
    }
    const one = readField(manifest, field)
    all.reads.push(...one.reads)
    all.invalid.push(...one.invalid)
    all.opaque.push(...one.opaque)
  }
  return all
}
