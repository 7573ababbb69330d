import type { SourceFile } from '../../../files/source-file.ts'
import type { Span } from '../../../model/span.ts'
import type { FieldPath, Value, ValueMap } from '../../../model/value.ts'
import type { DeclaredDocument } from '../declared.ts'
import type { Harvest, Reading } from '../harvest.ts'
import { placedBySpans } from '../placed-text.ts'
import { looksLikePolicy } from '../policy-shape.ts'
import { readSelfInit, SELF_INIT } from '../self-init.ts'
import { readScript } from '../shell/read-script.ts'
import { FOREIGN } from '../shell/scope.ts'
import { TokenSection } from '../shell/token-section.ts'
import { VAULT_CALL } from '../shell/vault-call.ts'
import { WrittenFiles } from '../shell/written-files.ts'
import { isAnsible } from './ansible-variables.ts'
import { readArgumentList } from './argument-list.ts'
import { blockScalars } from './block-scalars.ts'
import { isOperatorObject, readOperatorObject } from './config-operator.ts'
import { readManagedResource } from './crossplane.ts'
import { isEngineConfig, readEngineConfig } from './engine-config.ts'
import { environmentIn } from './environment.ts'
import { readKeptTokens } from './kept-tokens.ts'
import { readPackedFiles } from './packed-files.ts'
import { addPolicyText } from './policy-data.ts'
import { readPolicyList } from './policy-lists.ts'
import { readPulumi } from './pulumi.ts'
import { readVaultModules } from './vault-modules.ts'
import { readWrittenPath } from './written-path.ts'
import { isWrittenRole, readWrittenRole } from './written-role.ts'
import type { YamlContext } from './yaml-context.ts'
import { isList, isMap } from './yaml-values.ts'

/** A YAML file that holds none of these says nothing about a Vault. */
export const YAML_MARKERS =
  /\bpath \\?["'][^"'\n]*\\?["'] *\{|"path\\?" *:|redhatcop\.redhat\.io|externalConfig|bound_service_account_names|boundServiceAccountNames|configMapGenerator|auth\/[\w./-]+\/role\/|\bcapabilities["']?: *(?:\[|["']?\w|\n *- *["']?(?:create|read|update|delete|list|deny|sudo|patch)\b)|\/[^"'\n]{0,200}["']: *\[ *["']?(?:create|read|update|list|deny)\b|hashivault_|vault\.(?:m\.)?upbound\.io|vault\.banzaicloud\.com|\/v1\/(?:auth|sys)\/|DEV_ROOT_TOKEN_ID|dev-root-token-id|devRootToken|\binitialize "|^kind: *Secret\b/m

/** `path a {}`: no shorter text can be a policy or a call. */
const SHORTEST = 9
/** What people write is not nested deeper; what is, is not looked into. */
const DEEPEST = 100
/** Lists of commands that run one after the other, in one shell or in one folder. */
const STEPS = new Set(['script', 'before_script', 'after_script', 'cmds', 'commands', 'steps'])

/** Reads what YAML holds: policies and roles as data, custom resources of operators, and scripts in strings. */
export function readYaml(source: SourceFile, reading: Reading, harvest: Harvest): void {
  const { yaml, files, variables, configMap } = reading
  const known = isAnsible(source) ? variables : new Map<string, string>()
  const environment = new Map(
    [...known].map(([name, value]) => [`{{${name}}}`, { value, origins: [...value].map(() => FOREIGN), holes: [] }]),
  )
  const base = { source, harvest, yaml, files, environment, configMap, variables: known }
  const documents = yaml.documents?.(source) ?? yaml.parse(source.file, source.text)
  for (const document of documents) readNode(document.value, [], undefined, { ...base, document })
  // A Helm template is no YAML, yet a script in it is a script.
  if (documents.length === 0)
    for (const { key, document } of blockScalars(source)) {
      const whole = { ...document, spanOfTextLine: (_: FieldPath, line: number) => document.spanOfTextLine([], line) }
      readNode({ [key]: document.value }, [], undefined, { ...base, document: whole })
    }
}

function readNode(node: Value, path: FieldPath, parent: ValueMap | undefined, context: YamlContext): void {
  if (path.length > DEEPEST) return
  if (typeof node === 'string') readString(node, path, parent, context)
  else if (isList(node)) {
    if (readArgumentList(node, path, context) || readPolicyList(node, path, parent, context)) return
    const steps = STEPS.has(String(path.at(-1)))
    const inner = steps ? { ...context, steps: newSteps() } : context
    for (const [index, item] of node.entries()) readNode(item, [...path, index], undefined, inner)
    inner.steps?.section.settle(context.harvest)
  } else if (isMap(node)) readMap(node, path, parent, context)
}

function newSteps() {
  return { written: new WrittenFiles(), section: new TokenSection(), outer: undefined }
}

function readMap(node: ValueMap, path: FieldPath, parent: ValueMap | undefined, given: YamlContext): void {
  if (isOperatorObject(node)) {
    readOperatorObject(node, path, given)
    return
  }
  const context = { ...given, environment: environmentIn(node, given.environment, given.configMap) }
  if (Array.isArray(node.configMapGenerator)) readPackedFiles(node.configMapGenerator, path, context)
  readKeptTokens(node, path, context)
  readVaultModules(node, path, context)
  readPulumi(node, path, context)
  if (readManagedResource(node, path, context)) {
    // Its policy's text, if it is one, is read below.
  } else if (isEngineConfig(node, path.at(-1))) readEngineConfig(node, path, context)
  else if (readWrittenPath(node, path, context)) return
  else if (isWrittenRole(node, path, context)) readWrittenRole(node, path, context)
  else if (readPolicyList(node, path, parent, context)) return
  for (const [key, value] of Object.entries(node)) readNode(value, [...path, key], node, context)
}

function readString(text: string, path: FieldPath, parent: ValueMap | undefined, context: YamlContext): void {
  if (text.length < SHORTEST) return
  const { source, document, yaml, steps } = context
  const spanOf = (line: number): Span => document.spanOfTextLine(path, line)
  if (SELF_INIT.test(text)) readSelfInit(placedBySpans(source, text, spanOf), source, 'yaml', context, context.harvest)
  else if (looksLikePolicy(text)) addPolicyText(text, path, parent, context)
  else if (VAULT_CALL.test(text) || (steps !== undefined && />|<<|\w=/.test(text))) {
    const placed = placedBySpans(source, text, spanOf)
    const outer = readScript(placed, { ...context, form: 'yaml', ...(steps ?? {}), outer: steps?.outer })
    if (steps !== undefined) steps.outer = outer
  } else if (text.includes('\n') && /\.ya?ml$/.test(String(path.at(-1))) && YAML_MARKERS.test(text))
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
