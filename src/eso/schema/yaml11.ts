import type { Manifest } from '../../model/manifest.ts'
import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { isMap } from '../field-value.ts'
import { formatPath } from './field-path.ts'
import type { ProblemList } from './problem-list.ts'
import { rootNode, shapeOf } from './schema-lookup.ts'
import type { KindSchema, SchemaNode } from './schema-node.ts'

const BOOLEAN = /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/
const INTEGER = /^[-+]?(?:0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|\d+)$/
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/

/** What YAML 1.1, as Go's yaml.v2 reads it, makes of a text without quotes that YAML 1.2 leaves a text. */
function inYaml11(text: string): 'a Boolean' | 'a number' | undefined {
  if (BOOLEAN.test(text)) return 'a Boolean'
  if (!/^[-+.\d]/.test(text)) return undefined
  const plain = text.replaceAll('_', '')
  return INTEGER.test(plain) || FLOAT.test(plain) ? 'a number' : undefined
}

/**
 * Finds `secretKey: on` and `name: 1_000`. Who applies the file as it is (`kubectl apply -f`, Argo CD's plain folders) reads
 * YAML 1.1, and the API server gets a Boolean where it wants text. kustomize, and so Flux, quotes them (eso.md §6).
 */
export function checkYaml11(manifest: Manifest, schema: KindSchema, body: ValueMap, list: ProblemList): void {
  if (manifest.origin.form !== 'plain' || isKustomized(manifest)) return
  const path: (string | number)[] = []
  const visitAt = (step: string | number, node: SchemaNode | undefined, value: Value | undefined): void => {
    path.push(step)
    visit(node, value)
    path.pop()
  }
  const visit = (node: SchemaNode | undefined, value: Value | undefined): void => {
    const shape = shapeOf(node)
    if (typeof value === 'string') {
      const wanted = shape.type === 'string' || shape.type === 'int-or-string'
      if (wanted && shape.enum === undefined) checkText(manifest, value, path, list)
    } else if (Array.isArray(value)) {
      ;(value as readonly Value[]).forEach((item, i) => {
        visitAt(i, shape.items, item)
      })
    } else if (isMap(value)) {
      const fields = shape.properties ?? {}
      for (const key of Object.keys(value)) {
        const below = shape.additionalProperties ?? (Object.hasOwn(fields, key) ? fields[key] : undefined)
        visitAt(key, below, value[key])
      }
    }
  }
  visit(rootNode(schema), body)
}

function isKustomized(manifest: Manifest): boolean {
  return manifest.origin.appliedBy.some(({ kind }) => kind === 'kustomization' || kind === 'Kustomization (Flux)')
}

/** Quotes are part of a span, so a text that fills its span stands without any. */
function isUnquoted(manifest: Manifest, text: string, path: FieldPath): boolean {
  const { line, column, endLine, endColumn } = manifest.spanOf(path)
  return line === endLine && endColumn - column === text.length
}

function checkText(manifest: Manifest, text: string, path: FieldPath, list: ProblemList): void {
  const read = inYaml11(text)
  if (read === undefined || !isUnquoted(manifest, text, path)) return
  const name = String(path.findLast((part) => typeof part === 'string'))
  list.add({
    kind: 'type',
    effect: 'rejected',
    severity: 'warning',
    path,
    message: `\`${formatPath(path)}\` stands without quotes and is ${read} in YAML 1.1. When the file is applied without kustomize (\`kubectl apply -f\`, a plain folder of Argo CD), the API server gets ${read}, wants text and refuses the object.`,
    suggestion: read === 'a Boolean' ? `${name}: "${text}"` : 'Put the value in quotes.',
  })
}
