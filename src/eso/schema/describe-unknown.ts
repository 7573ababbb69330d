import type { Manifest } from '../../model/manifest.ts'
import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { valueAt } from '../field-value.ts'
import { formatPath } from './field-path.ts'
import type { Move, ProblemList } from './problem-list.ts'
import { SCHEMA_ESO_VERSION } from './schema-lookup.ts'
import type { UnknownField } from './unknown-fields.ts'

const DROPPED = 'the API server drops it, and a server-side apply (Flux) refuses the whole object'

/** Why a field that people expect is not there, and what to do; by holder and name. */
const HINTS: Readonly<Record<string, string>> = {
  'secretStoreRef.namespace':
    'Take it away: a SecretStore is only looked for in the own namespace, and a ClusterSecretStore has none.',
  'storeRef.namespace':
    'Take it away: a SecretStore is only looked for in the own namespace, and a ClusterSecretStore has none.',
  'secretStoreRefs.namespace':
    'Take it away: a SecretStore is only looked for in the own namespace, and a ClusterSecretStore has none.',
  'generatorRef.namespace': 'Take it away: a generator is only looked for in the own namespace.',
  'target.namespace': 'Take it away: ESO writes the Secret into the namespace of the ExternalSecret.',
  'secretStoreRefs.secretKey': 'Put it under `data[].match`.',
}

const STORES = new Set(['SecretStore', 'ClusterSecretStore'])

const SHOWN_KEYS = new Set([
  'key',
  'property',
  'version',
  'path',
  'name',
  'kind',
  'remoteKey',
  'secretKey',
  'role',
  'mountPath',
])

/** A field as a YAML line. Values of other fields than names and paths are left out: one of them may be a secret. */
function line(key: string, value: Value | undefined, indent: string): string {
  if (typeof value === 'object' && value !== null) return `${indent}${key}: …`
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null)
  const plain = SHOWN_KEYS.has(key) && text.length <= 200 && !text.includes('\n')
  const safe =
    typeof value !== 'string' ||
    (/^[A-Za-z/$_][\w./${}:=@-]*$/.test(text) && !/:$|^(true|false|null|yes|no|on|off)$/i.test(text))
  return `${indent}${key}: ${plain ? (safe ? text : JSON.stringify(text)) : '…'}`
}

const name = (path: FieldPath): string => String(path.at(-1))
const parent = (path: FieldPath): FieldPath => path.slice(0, -1)

function holderName(path: FieldPath): string {
  return String(parent(path).findLast((part) => typeof part === 'string') ?? '')
}

function nestedLines(from: FieldPath, target: FieldPath, fields: readonly UnknownField[], body: ValueMap): string {
  const down = target.slice(parent(from).length)
  const lines = down.map((part, i) => `${'  '.repeat(i)}${part}:`)
  const indent = '  '.repeat(down.length)
  return [...lines, ...fields.map((field) => line(name(field.path), valueAt(body, field.path), indent))].join('\n')
}

/** What `extract: null` does to the item, in ESO's own words (eso.md §6.2). */
function consequence(holder: FieldPath, how: UnknownField['how']): string {
  if (how !== 'indent') return ''
  const owner = formatPath(parent(holder))
  return /\.dataFrom\[\d+\]$/.test(owner)
    ? ` That leaves \`${owner}\` without a source: ESO's webhook answers "either extract, find, or sourceRef must be set to dataFrom", and without the webhook nothing is read.`
    : ` That leaves \`${formatPath(holder)}\` empty.`
}

/** What fields that belong under one other field have in common. */
function togetherWith({ path, to, how }: UnknownField): string | undefined {
  if (to === undefined || !(how === 'indent' || how === 'nest')) return undefined
  return `${formatPath(parent(to))}\n${formatPath(parent(path))}`
}

/** Turns unknown fields into problems: those that belong under one field become one problem with the corrected lines. */
export function describeUnknown(
  manifest: Manifest,
  unknown: readonly UnknownField[],
  moves: readonly Move[],
  fixed: ValueMap,
  list: ProblemList,
): void {
  const proposedBody = moves.length > 0 ? fixed : undefined
  const groups = new Map<string | undefined, UnknownField[]>()
  for (const field of unknown) {
    const together = togetherWith(field)
    const group = groups.get(together)
    if (group === undefined) groups.set(together, [field])
    else group.push(field)
  }
  const done = new Set<UnknownField>()
  for (const field of unknown) {
    if (done.has(field)) continue
    const { to, how } = field
    if (to !== undefined && (how === 'indent' || how === 'nest')) {
      const target = parent(to)
      const group = groups.get(togetherWith(field)) ?? [field]
      for (const other of group) done.add(other)
      if (list.isFull) {
        list.add({ kind: 'misplaced', effect: 'dropped', path: field.path, message: '' })
        continue
      }
      const names = group.map((other) => `\`${name(other.path)}\``).join(', ')
      const holder = `\`${formatPath(target)}\``
      const are = group.length === 1 ? 'belongs' : 'belong'
      const who = field.path[0] === 'metadata' ? 'Kubernetes' : 'ESO'
      const them = group.length === 1 ? DROPPED : DROPPED.replace('drops it', 'drops them')
      const lead =
        how === 'indent'
          ? `${names} ${are} under ${holder}, which has nothing below it: the line is not indented. Where it stands ${who} knows no such field; ${them}.`
          : `${names} ${are} under ${holder}: where it stands ${who} knows no such field; ${them}.`
      list.add({
        kind: 'misplaced',
        effect: 'dropped',
        path: field.path,
        at: 'key',
        message: lead + consequence(target, how),
        suggestion: nestedLines(field.path, target, group, manifest.body),
        under: how === 'indent' ? target : undefined,
        proposedBody,
      })
      continue
    }
    if (list.isFull) {
      list.add({ kind: 'unknown', effect: 'dropped', path: field.path, message: '' })
      continue
    }
    const where = `\`${formatPath(field.path)}\` is no field of ${manifest.kind} in ${manifest.apiVersion}`
    const hint = HINTS[`${holderName(field.path)}.${name(field.path)}`]
    if (to !== undefined && how === 'lift') {
      list.add({
        kind: 'misplaced',
        effect: 'dropped',
        path: field.path,
        at: 'key',
        message: `${where}: ${DROPPED}. It belongs further out, as \`${formatPath(to)}\`.`,
        suggestion: `Put \`${name(to)}\` ${to.length === 1 ? 'at the top of the object' : `into \`${formatPath(parent(to))}\``}, beside \`${String(field.path[to.length - 1])}\`.`,
        proposedBody,
      })
    } else if (to !== undefined) {
      const value = valueAt(manifest.body, field.path)
      list.add({
        kind: 'unknown',
        effect: 'dropped',
        path: field.path,
        at: 'key',
        message: `${where}: ${DROPPED}. Did you mean \`${name(to)}\`?`,
        suggestion: field.fits ? line(name(to), value, '') : `\`${name(to)}\` is a list: begin each item with \`- \`.`,
        proposedBody: field.fits ? proposedBody : undefined,
      })
    } else {
      const block = newerBlock(manifest, field.path)
      list.add({
        kind: 'unknown',
        effect: 'dropped',
        severity: hint === undefined && field.twin === undefined ? 'warning' : 'error',
        path: field.path,
        at: 'key',
        message:
          block === undefined
            ? `${where}: ${DROPPED}.${field.twin === undefined ? '' : ` Did you mean \`${field.twin}\`, which is there already?`}`
            : `\`${name(field.path)}\` is no ${block} of ESO up to ${SCHEMA_ESO_VERSION}: ${DROPPED}.`,
        suggestion: hint ?? (field.twin === undefined ? 'Take it away, or put it where it belongs.' : 'Take it away.'),
      })
    }
  }
}

/** What a name stands for where every release adds some. */
function newerBlock(manifest: Manifest, path: FieldPath): string | undefined {
  if (path.length !== 3) return undefined
  if (manifest.kind === 'ClusterGenerator') return path[1] === 'generator' ? 'generator' : undefined
  return STORES.has(manifest.kind) && path[1] === 'provider' ? 'provider' : undefined
}
