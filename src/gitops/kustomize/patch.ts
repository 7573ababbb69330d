import type { YamlDocument } from '../../files/yaml/yaml-document.ts'
import { groupOf } from '../../model/kinds.ts'
import type { PatchedField } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import {
  type FieldPath,
  isList,
  isMap,
  listAt,
  stringAt,
  stringsAt,
  type Value,
  type ValueMap,
} from '../../model/value.ts'
import { applyJsonOperations, jsonOperations, mergePatch } from './merge.ts'
import { type PatchTarget, readTarget } from './patch-target.ts'

/** One change that a kustomization or a Flux Kustomization makes to the objects it selects. */
export interface Patch {
  readonly target: PatchTarget
  /** `$patch: delete` at the top: the object is not applied. */
  readonly deletes: boolean
  /** What it sets. */
  readonly fields: readonly PatchedField[]
  /** The changed object; `undefined` when that cannot be told without kustomize. */
  apply(body: Value): Value | undefined
}

/** The patches that one document of a patch file (or inline patch) holds. */
export function readPatch(document: YamlDocument, target: PatchTarget | undefined): Patch[] {
  const { value } = document
  if (isList(value)) return target === undefined ? [] : [jsonPatch(document, value, target)]
  if (!isMap(value)) return []
  // A JSON 6902 patch of one operation is sometimes written without its list.
  if (typeof value.op === 'string' && typeof value.path === 'string')
    return target === undefined ? [] : [jsonPatch(document, [value], target)]
  return [strategicPatch(document, value, target)]
}

function jsonPatch(document: YamlDocument, value: Value, target: PatchTarget): Patch {
  const operations = jsonOperations(value)
  const fields = operations.flatMap((operation, index): PatchedField[] => {
    const at: FieldPath = isList(document.value) ? [index, 'path'] : ['path']
    if (operation.op === 'test') return []
    const paths = [touched(operation.op, operation.path)]
    if (operation.from !== undefined && operation.op === 'move') paths.push(touched('remove', operation.from))
    const value = operation.op === 'add' || operation.op === 'replace' ? operation.value : undefined
    return paths.map((path) => field(path, document.spanOf(at), value))
  })
  return { target, deletes: false, fields, apply: (body) => applyJsonOperations(body, operations) }
}

/** A value is kept where it can only be a setting: what a patch puts into a Secret is nothing to hold on to. */
function field(path: FieldPath, span: Span, value: Value | undefined): PatchedField {
  return path[0] === 'spec' && typeof value === 'string' ? { path, span, value } : { path, span }
}

/** Adding to or removing from a list moves what stands behind: then the whole list is touched. */
function touched(op: string, path: readonly string[]): FieldPath {
  const last = path.at(-1)
  const shifts = last === '-' || (op !== 'replace' && last !== undefined && /^\d+$/.test(last))
  return (shifts ? path.slice(0, -1) : path).map((step) => (/^\d+$/.test(step) ? Number(step) : step))
}

function strategicPatch(document: YamlDocument, body: ValueMap, target: PatchTarget | undefined): Patch {
  const fields: PatchedField[] = []
  const walk = (value: Value, path: FieldPath) => {
    if (isMap(value) && Object.keys(value).length > 0 && !('$patch' in value)) {
      for (const [key, below] of Object.entries(value)) {
        if (isHead([...path, key])) continue
        if (key.startsWith('$')) fields.push({ path, span: document.spanOf([...path, key]) })
        else walk(below, [...path, key])
      }
    } else fields.push(field(path, document.spanOf(path), value))
  }
  walk(body.$patch === 'delete' ? {} : body, [])
  return {
    target: target ?? headOf(body),
    deletes: body.$patch === 'delete',
    fields,
    apply: (object) => (isMap(object) ? mergePatch(object, withoutHead(body)) : undefined),
  }
}

function isHead(path: FieldPath): boolean {
  const [first, second] = path
  if (path.length === 1) return first === 'apiVersion' || first === 'kind'
  return path.length === 2 && first === 'metadata' && (second === 'name' || second === 'namespace')
}

function headOf(body: ValueMap): PatchTarget {
  const group = typeof body.apiVersion === 'string' ? groupOf(body.apiVersion) : ''
  return { ...readTarget({ ...headFields(body), ...(group === '' ? {} : { group }) }), literal: true }
}

function headFields(body: ValueMap): ValueMap {
  const fields: Record<string, Value> = { kind: body.kind ?? null }
  const name = stringAt(body, 'metadata', 'name')
  const namespace = stringAt(body, 'metadata', 'namespace')
  if (name !== undefined) fields.name = name
  if (namespace !== undefined) fields.namespace = namespace
  return fields
}

function withoutHead(body: ValueMap): ValueMap {
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = body
  if (!isMap(metadata)) return rest
  const { name: _name, namespace: _namespace, ...others } = metadata
  return Object.keys(others).length === 0 ? rest : { ...rest, metadata: others }
}

/** The `targets` of a kustomize replacement as patches: they say which fields change, not to what. */
export function replacementPatches(replacement: Value, spanOf: (path: FieldPath) => Span): Patch[] {
  return listAt(replacement, 'targets').flatMap((target, index): Patch[] => {
    const paths = stringsAt(target, 'fieldPaths')
    const fields = (paths.length === 0 ? ['metadata.name'] : paths).map((text, at): PatchedField => {
      return { path: replacementPath(text), span: spanOf(['targets', index, 'fieldPaths', at]) }
    })
    return [
      { target: readTarget(isMap(target) ? target.select : undefined), deletes: false, fields, apply: () => undefined },
    ]
  })
}

/** `spec.data.0.remoteRef.key` as a path, as far as it names fields: a `[name=x]` or `*` may be any item of the list. */
function replacementPath(text: string): FieldPath {
  const steps: (string | number)[] = []
  for (const step of text.match(/(?:\[[^\]]*\]|\\.|[^.\\])+/g) ?? []) {
    if (step.startsWith('[') || step === '*') break
    const plain = step.replaceAll('\\.', '.')
    steps.push(/^\d+$/.test(plain) ? Number(plain) : plain)
  }
  return steps
}
