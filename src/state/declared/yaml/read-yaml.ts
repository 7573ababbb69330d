import type { SourceFile } from '../../../files/source-file.ts'
import type { Span } from '../../../model/span.ts'
import type { FieldPath, Value, ValueMap } from '../../../model/value.ts'
import type { DeclaredDocument } from '../declared.ts'
import type { Harvest, Reading } from '../harvest.ts'
import { placedBySpans } from '../placed-text.ts'
import { looksLikePolicy } from '../policy-shape.ts'
import { readScript } from '../shell/read-script.ts'
import { VAULT_CALL } from '../shell/vault-call.ts'
import { readArgumentList } from './argument-list.ts'
import { blockScalars } from './block-scalars.ts'
import { isOperatorObject, readOperatorObject } from './config-operator.ts'
import { isEngineConfig, readEngineConfig } from './engine-config.ts'
import { readPackedFiles } from './packed-files.ts'
import { addPolicyText } from './policy-data.ts'
import { isWrittenRole, readWrittenRole } from './written-role.ts'
import type { YamlContext } from './yaml-context.ts'
import { isList } from './yaml-values.ts'

/** A YAML file that holds none of these says nothing about a Vault. */
export const YAML_MARKERS =
  /\bpath \\?["'][^"'\n]*\\?["'] *\{|"path\\?" *:|redhatcop\.redhat\.io|externalConfig|bound_service_account_names|configMapGenerator|auth\/[\w./-]+\/role\//

/** `path a {}`: no shorter text can be a policy or a call. */
const SHORTEST = 9

/** Reads what YAML holds: policies and roles as data, custom resources of two operators, and scripts in strings. */
export function readYaml(source: SourceFile, { yaml, files }: Reading, harvest: Harvest): void {
  const documents = yaml.parse(source.file, source.text)
  for (const document of documents) readNode(document.value, [], undefined, { source, document, harvest, yaml, files })
  // A Helm template is no YAML, yet a script in it is a script.
  if (documents.length === 0)
    for (const { key, document } of blockScalars(source))
      readNode({ [key]: document.value }, [], undefined, {
        source,
        harvest,
        yaml,
        files,
        document: { ...document, spanOfTextLine: (_path, line) => document.spanOfTextLine([], line) },
      })
}

function readNode(node: Value, path: FieldPath, parent: ValueMap | undefined, context: YamlContext): void {
  if (typeof node === 'string') readString(node, path, parent, context)
  else if (isList(node)) {
    if (readArgumentList(node, path, context)) return
    for (const [index, item] of node.entries()) readNode(item, [...path, index], undefined, context)
  } else if (typeof node === 'object' && node !== null) {
    if (isOperatorObject(node)) {
      readOperatorObject(node, path, context)
      return
    }
    if (Array.isArray(node.configMapGenerator)) readPackedFiles(node.configMapGenerator, path, context)
    if (isEngineConfig(node, path.at(-1))) readEngineConfig(node, path, context)
    else if (isWrittenRole(node, path)) readWrittenRole(node, path, context)
    for (const [key, value] of Object.entries(node)) readNode(value, [...path, key], node, context)
  }
}

function readString(text: string, path: FieldPath, parent: ValueMap | undefined, context: YamlContext): void {
  if (text.length < SHORTEST) return
  const { source, harvest, document, yaml, files } = context
  const spanOf = (line: number): Span => document.spanOfTextLine(path, line)
  if (looksLikePolicy(text)) addPolicyText(text, path, parent, context)
  else if (VAULT_CALL.test(text))
    readScript(placedBySpans(source, text, spanOf), { source, form: 'yaml', harvest, yaml, files })
  else if (text.includes('\n') && /\.ya?ml$/.test(String(path.at(-1))) && YAML_MARKERS.test(text))
    // YAML in YAML: a ConfigMap that carries another tool's configuration.
    for (const inner of yaml.parse(source.file, text))
      readNode(inner.value, [], undefined, { ...context, document: nestedDocument(inner, spanOf) })
}

/** The places of a document that stands inside a string: its lines are the string's lines. */
function nestedDocument(inner: DeclaredDocument, spanOfOuterLine: (line: number) => Span): DeclaredDocument {
  const outer = (span: Span): Span => {
    const first = spanOfOuterLine(span.line)
    const last = spanOfOuterLine(span.endLine)
    return {
      file: first.file,
      line: first.line,
      column: first.column + span.column - 1,
      endLine: last.line,
      endColumn: last.column + span.endColumn - 1,
    }
  }
  return {
    value: inner.value,
    spanOf: (path, part) => outer(inner.spanOf(path, part)),
    spanOfTextLine: (path, line) => outer(inner.spanOfTextLine(path, line)),
  }
}
