import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseYaml } from '../../../src/files/yaml/parse-yaml.ts'
import { plainValue, spanIn } from '../../../src/gitops/placed/placed.ts'
import { isEsoGroup } from '../../../src/model/kinds.ts'
import type { Span } from '../../../src/model/span.ts'
import { type FieldPath, isList, isMap, type Value } from '../../../src/model/value.ts'
import type { TestHelm } from '../render/helm-binary.ts'
import { renderFolder } from './render-one.ts'

const run = promisify(execFile)

export interface Compared {
  /** Fields of ESO objects. */
  fields: number
  /** Those that some scalar of the values changes. */
  fromValues: number
  /** Led to their line: nothing is lacking, and nothing is named that changes nothing. */
  located: number
  /** What a scalar makes is said to come from somewhere else, or from nowhere. */
  readonly wrong: string[]
  /** A line is told, and not all that it depends on. */
  readonly partly: string[]
  /** Objects that plain helm gives otherwise. */
  readonly differing: string[]
  renders: number
}

/** Objects of ESO by what plain `helm template` prints for a chart, each under its source and its place in that. */
async function plainly(helm: TestHelm, chart: string, layers: readonly string[]): Promise<Map<string, Value> | string> {
  const args = [
    'template',
    'rel',
    chart,
    '--namespace',
    'spaced',
    '--kube-version',
    'v1.34.0',
    '--skip-schema-validation',
    '--skip-tests',
  ]
  try {
    const { stdout } = await run(helm.binary.command, [...args, ...layers.flatMap((one) => ['-f', one])], {
      env: { PATH: '', HOME: '/nonexistent' },
      maxBuffer: 64 * 1024 * 1024,
    })
    const found = new Map<string, Value>()
    const counts = new Map<string, number>()
    for (const part of stdout.split(/^---$/m)) {
      const source = /^# Source: (.*)$/m.exec(part)?.[1]
      const value = parseYaml({ file: '', text: part }).documents[0]?.value
      if (source === undefined || !isMap(value) || !isEsoGroup(String(value.apiVersion))) continue
      const count = counts.get(source) ?? 0
      counts.set(source, count + 1)
      found.set(`${source}#${count}`, value)
    }
    return found
  } catch (error) {
    return String((error as { stderr?: string }).stderr ?? error)
  }
}

interface Change {
  readonly file: string
  readonly line: number
  readonly text: string
  /** What was written there. */
  readonly was: string
  /** A key was changed: what does not show it only lost what stands below. */
  readonly shows?: string
}

/** Each scalar, key and line of a text of a values file, changed alone: a text gets a letter in front, a number becomes the next. */
function changesOf(folder: string, file: string): Change[] {
  const text = readFileSync(join(folder, file), 'utf8')
  const [document] = parseYaml({ file, text }).documents
  if (document === undefined) return []
  const lines = text.split('\n')
  const found: Change[] = []
  const change = (span: Span, edit: (written: string) => string, shows?: string): void => {
    const line = lines[span.line - 1] ?? ''
    const written = line.slice(span.column - 1, span.endColumn - 1)
    const other = edit(written)
    if (span.line !== span.endLine || other === written) return
    const edited = [...lines]
    edited[span.line - 1] = line.slice(0, span.column - 1) + other + line.slice(span.endColumn - 1)
    found.push({
      file,
      line: span.line,
      text: edited.join('\n'),
      was: written.replace(/^["']|["']$/g, ''),
      ...(shows === undefined ? {} : { shows }),
    })
  }
  const walk = (value: Value, path: FieldPath): void => {
    if (isList(value)) for (const [index, item] of value.entries()) walk(item, [...path, index])
    else if (isMap(value))
      for (const [key, item] of Object.entries(value)) {
        if (document.aliasesOf([...path, key]).length === 0)
          change(document.spanOf([...path, key], 'key'), (text) => text.replace(/^(["']?)/, '$1q'), `q${key}`)
        walk(item, [...path, key])
      }
    else if (typeof value === 'string' && value.includes('\n')) {
      for (const [index] of value.split('\n').entries())
        change(document.spanOfTextLine(path, index + 1), (text) => text.replace(/: (?=\S)/, ': q'))
    } else if (value !== null && document.aliasesOf(path).length === 0) {
      if (typeof value === 'boolean' || value === '' || /^(?:on|off|yes|no|y|n)$/i.test(String(value))) return
      change(document.spanOf(path), (text) =>
        typeof value === 'number' ? String(value + 1) : text.replace(/^(["']?)/, '$1q'),
      )
    }
  }
  walk(document.value, [])
  return found
}

function leaves(value: Value, path: FieldPath = []): [FieldPath, string][] {
  if (isList(value)) return value.flatMap((item, index) => leaves(item, [...path, index]))
  if (isMap(value)) return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]))
  return [[path, String(value)]]
}

/**
 * Holds what is told of each field of a chart's ESO objects against what changing one scalar at a time shows. `likely`: only scalars
 * whose text stands in such a field are changed, because a real repository has hundreds of others. `none`: objects
 * are compared with plain helm alone.
 */
export async function compareWithTruth(
  helm: TestHelm,
  folder: string,
  chart: string,
  layers: readonly string[],
  into: Compared,
  changes: 'all' | 'likely' | 'none' = 'all',
): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'eso-vault-truth-'))
  try {
    cpSync(folder, scratch, { recursive: true })
    const at = join(scratch, chart)
    const files = layers.map((one) => join(scratch, one))
    const plain = await plainly(helm, at, files)
    const { objects, failure } = await renderFolder(helm, folder, layers, { chart })
    if (typeof plain === 'string') {
      if (failure === undefined && objects.length === 0)
        into.differing.push(`${chart}: plain helm says ${plain.slice(0, 200)}`)
      return
    }
    if (failure !== undefined) {
      into.differing.push(`${chart}: ${JSON.stringify(failure)}`)
      return
    }
    const ours = objects.filter(({ node }) =>
      isEsoGroup(String((plainValue(node) as { apiVersion: string }).apiVersion)),
    )
    const bodies = (all: Iterable<Value>) => [...all].map((one) => JSON.stringify(one)).sort()
    const left = bodies(plain.values())
    const right = bodies(ours.map(({ node }) => plainValue(node)))
    if (JSON.stringify(left) !== JSON.stringify(right)) into.differing.push(`${chart}: other objects than plain helm`)
    if (changes === 'none') {
      into.fields += ours.flatMap(({ node }) => leaves(plainValue(node))).length
      return
    }
    // For each object and field the lines of the scalars that change it.
    const truth = new Map<string, Set<string>>()
    const own = ['values.yaml']
      .map((one) => join(chart, one))
      .filter((one) => {
        try {
          readFileSync(join(scratch, one))
          return true
        } catch {
          return false
        }
      })
    const texts = [...plain.values()].flatMap((body) => leaves(body).map(([, text]) => text.toLowerCase())).join('\n')
    for (const file of [...own, ...layers])
      for (const change of changesOf(folder, file)) {
        if (changes === 'likely' && !texts.includes(change.was.toLowerCase())) continue
        writeFileSync(join(scratch, change.file), change.text)
        into.renders++
        const changed = await plainly(helm, at, files)
        writeFileSync(join(scratch, change.file), readFileSync(join(folder, change.file)))
        for (const [key, body] of plain) {
          const other = typeof changed === 'string' ? undefined : changed.get(key)
          const now = new Map(other === undefined ? [] : leaves(other).map(([path, text]) => [path.join('.'), text]))
          // What makes the whole object or the field vanish decides, and is no part of it.
          for (const [path, text] of leaves(body))
            if (other !== undefined && isChanged(text, now.get(path.join('.')), change.shows)) {
              const name = `${JSON.stringify(body)} ${path.join('.')}`
              truth.set(name, (truth.get(name) ?? new Set()).add(`${change.file}:${change.line}`))
            }
        }
      }
    const valuesFiles = new Set([...own, ...layers])
    for (const object of ours) {
      const body = plainValue(object.node)
      for (const [path, text] of leaves(body)) {
        into.fields++
        const expected = truth.get(`${JSON.stringify(body)} ${path.join('.')}`) ?? new Set<string>()
        if (expected.size > 0) into.fromValues++
        const span = spanIn(object.node, path)
        const place = `${span.file}:${span.line}`
        const told = new Set([place, ...object.relatedTo(span).map((one) => `${one.span.file}:${one.span.line}`)])
        const what = `${chart} ${path.join('.')} = ${text}: told ${[...told].join(', ')}; true ${[...expected].join(', ') || 'none'}`
        const isFromValues = valuesFiles.has(span.file)
        if (isFromValues && !expected.has(place)) into.wrong.push(what)
        else if (!isFromValues && expected.size > 0 && [...expected].every((one) => !told.has(one)))
          into.wrong.push(what)
        else if ([...expected].some((one) => !told.has(one))) into.partly.push(what)
        else into.located++
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** A key that is changed may only lose what stands below it. */
function isChanged(before: string, after: string | undefined, shows: string | undefined): boolean {
  return after !== before && (shows === undefined || after?.includes(shows) === true)
}

export const nothingCompared = (): Compared => ({
  fields: 0,
  fromValues: 0,
  located: 0,
  wrong: [],
  partly: [],
  differing: [],
  renders: 0,
})

export function shareOf(
  name: string,
  { fields, fromValues, located, wrong, partly, differing, renders }: Compared,
): string {
  return `${name}: ${fields} fields, ${fromValues} from values (${renders} changes): ${located} led to their line, ${partly.length} in part, ${wrong.length} wrong; ${differing.length} charts differ from plain helm\n`
}
