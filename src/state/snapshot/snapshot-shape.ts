import { SNAPSHOT_VERSION } from './snapshot-file.ts'

/**
 * What the file may look like. One description makes both the check of a file that somebody hands in and the published JSON Schema, so
 * that the two cannot differ. Unknown fields are allowed: a later program may add some within a version.
 */
type Shape =
  | { readonly is: 'text' | 'boolean' | 'whole number' | 'anything'; readonly about?: string }
  | { readonly is: 'one of'; readonly of: readonly (string | number)[]; readonly about?: string }
  | { readonly is: 'list'; readonly of: Shape; readonly about?: string }
  | { readonly is: 'map'; readonly of: Shape; readonly about?: string }
  | ObjectShape
  | { readonly is: 'key names'; readonly about?: string }

interface ObjectShape {
  readonly is: 'object'
  readonly about?: string
  readonly required: Readonly<Record<string, Shape>>
  readonly optional: Readonly<Record<string, Shape>>
}

const text = (about?: string): Shape => ({ is: 'text', ...(about === undefined ? {} : { about }) })
const boolean = (about: string): Shape => ({ is: 'boolean', about })
const number = (about: string): Shape => ({ is: 'whole number', about })
const oneOf = (about: string, ...of: (string | number)[]): Shape => ({ is: 'one of', of, about })
const map = (of: Shape, about?: string): Shape => ({ is: 'map', of, ...(about === undefined ? {} : { about }) })
const list = (of: Shape, about?: string): Shape => ({ is: 'list', of, ...(about === undefined ? {} : { about }) })
const object = (required: ObjectShape['required'], optional: ObjectShape['optional'] = {}, about?: string): Shape => ({
  is: 'object',
  required,
  optional,
  ...(about === undefined ? {} : { about }),
})
const anything: Shape = { is: 'map', of: { is: 'anything' }, about: 'As the server answers.' }

const state = oneOf(
  'Why nothing more is told: it is not there; the server answered 403; it did not answer as Vault does.',
  'absent',
  'hidden',
  'unknown',
)

const named = (entry: Shape, about?: string): Shape =>
  object({ complete: boolean('What has no entry here is not there.'), of: map(entry) }, {}, about)

const version = {
  state: oneOf(
    'Left out: it is there. `unseen`: its folder lists it, and it was not looked at.',
    'absent',
    'hidden',
    'unknown',
    'deleted',
    'destroyed',
    'unseen',
  ),
  version: number('Number of the current version; none in KV version 1.'),
  keys: {
    is: 'key names',
    about: 'Names of keys; a leaf is null. Left out where they could not be seen.',
  },
  deletion: text('When the version was or will be deleted, RFC 3339.'),
  managedBy: text('Custom metadata `managed-by`.'),
} as const satisfies Readonly<Record<string, Shape>>

const secret = object(
  {},
  {
    ...version,
    versions: map(oneOf('State of the version of that number.', 'alive', 'deleted', 'destroyed')),
    pinned: map(object({}, version), 'Versions that a manifest pins, by number.'),
  },
)

const folder = object(
  {
    complete: boolean('The folder was listed whole: what it has no entry for is not there.'),
    folders: list(text(), 'Folders in it.'),
    secrets: map(secret),
  },
  { state: oneOf('Why it was not listed, where it was to be.', 'hidden', 'unknown') },
)

const SNAPSHOT_SHAPE: Shape = object(
  {
    version: oneOf('Version of this format.', SNAPSHOT_VERSION),
    made: text('When it was made: UTC, RFC 3339.'),
    by: text('The program that wrote it, with its version.'),
    target: text('Name of the cluster and Vault, as the input `target` gives it.'),
    server: object(
      { address: text(), namespace: text('Vault namespace that was read; empty for the root.') },
      {
        product: oneOf('Left out: the answers do not tell.', 'vault', 'openbao'),
        version: text(),
        enterprise: boolean('Whether the server has namespaces, as `sys/health` says.'),
      },
    ),
    scope: oneOf('Which secrets are in it.', 'referenced', 'folders', 'all'),
    keys: boolean('Whether names of keys were asked for.'),
    names: oneOf('Paths and key names as they are, or as keyed digests.', 'plain', 'hashed'),
    rights: object(
      {
        lacked: list(
          object({ namespace: text(), path: text(), capability: text() }),
          'What the token lacked of what it was asked to see; of the rest it had all.',
        ),
        more: number('With `hashed`: so many more, whose paths would tell names.'),
      },
      {},
    ),
    mounts: map(
      named(
        object(
          {},
          {
            state,
            inside: text('With `absent`: the path is a folder of this mount.'),
            type: text(),
            version: oneOf('KV only.', 1, 2),
            description: text(),
            accessor: text(),
            options: anything,
          },
        ),
      ),
      'By Vault namespace, relative to `server.namespace`; the empty name is that one itself.',
    ),
    authMounts: map(
      named(object({}, { state, type: text(), accessor: text(), config: anything, configState: state })),
      'By Vault namespace.',
    ),
    roles: map(map(named(object({}, { state, type: text(), fields: anything }))), 'By Vault namespace and auth mount.'),
    policies: map(named(object({}, { state, text: text(), expires: text() })), 'By Vault namespace.'),
    secrets: map(map(map(folder)), 'By Vault namespace, mount and folder.'),
  },
  { salt: text('With `hashed`: the key of the digests, in base64url.') },
  'What a Vault or OpenBao server shows, without any value. Written by eso-vault in mode snapshot.',
)

/** Nested deeper than this is no snapshot: what reads it goes down level by level. */
const DEEPEST = 500

/** The first thing that is wrong with `value`, as a sentence with its place; `undefined`: it is a snapshot. */
export function snapshotProblem(value: unknown): string | undefined {
  const wrong = problemAt(value, SNAPSHOT_SHAPE)
  return wrong === undefined ? undefined : `${placeOf(wrong.at)} ${wrong.says}.`
}

/** Where, innermost part first. */
interface Wrong {
  readonly at: string[]
  readonly says: string
}

function problemAt(value: unknown, shape: Shape): Wrong | undefined {
  switch (shape.is) {
    case 'text':
      return typeof value === 'string' ? undefined : must('be text', value)
    case 'boolean':
      return typeof value === 'boolean' ? undefined : must('be true or false', value)
    case 'whole number':
      return Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : must('be a whole number', value)
    case 'anything':
      return depthOf(value) > DEEPEST ? { at: [], says: `is nested deeper than ${DEEPEST} levels` } : undefined
    case 'one of':
      return shape.of.includes(value as string) ? undefined : must(`be ${shape.of.map(quoted).join(' or ')}`, value)
    case 'list': {
      if (!Array.isArray(value)) return must('be a list', value)
      for (const [index, item] of value.entries()) {
        const wrong = problemAt(item, shape.of)
        if (wrong !== undefined) return within(wrong, String(index))
      }
      return undefined
    }
    case 'map':
      return mapProblem(value, shape.of)
    case 'key names':
      return keysProblem(value, 0)
    case 'object':
      return objectProblem(value, shape)
  }
}

function mapProblem(value: unknown, of: Shape): Wrong | undefined {
  if (!isObject(value)) return must('be a map', value)
  for (const name of Object.keys(value)) {
    const wrong = problemAt(value[name], of)
    if (wrong !== undefined) return within(wrong, name)
  }
  return undefined
}

function objectProblem(value: unknown, { required, optional }: ObjectShape): Wrong | undefined {
  if (!isObject(value)) return must('be a map', value)
  for (const name of Object.keys(required)) {
    if (!Object.hasOwn(value, name)) return { at: [], says: `lacks "${name}"` }
    const wrong = problemAt(value[name], required[name] as Shape)
    if (wrong !== undefined) return within(wrong, name)
  }
  for (const name of Object.keys(value)) {
    const shape = Object.hasOwn(optional, name) ? optional[name] : undefined
    const wrong = shape === undefined ? undefined : problemAt(value[name], shape)
    if (wrong !== undefined) return within(wrong, name)
  }
  return undefined
}

function keysProblem(value: unknown, depth: number): Wrong | undefined {
  if (!isObject(value)) return must('be a map of key names', value)
  if (depth > DEEPEST) return { at: [], says: `is nested deeper than ${DEEPEST} levels` }
  for (const name of Object.keys(value)) {
    const below = value[name]
    const wrong = below === null ? undefined : keysProblem(below, depth + 1)
    if (wrong !== undefined) return within(wrong, name)
  }
  return undefined
}

function within(wrong: Wrong, name: string): Wrong {
  wrong.at.push(name)
  return wrong
}

function must(what: string, value: unknown): Wrong {
  return { at: [], says: `must ${what}, not ${typeName(value)}` }
}

/** What stands there is data of somebody else's, and may be anything: only its type is named. */
function typeName(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a map' : `another ${typeof value}`
}

function placeOf(at: readonly string[]): string {
  if (at.length === 0) return 'The file'
  const parts = [...at].reverse().map((part, index) => {
    const plain = /^[A-Za-z][A-Za-z0-9]*$/.test(part)
    return plain ? `${index === 0 ? '' : '.'}${part}` : `[${quoted(part.length > 60 ? `${part.slice(0, 57)}…` : part)}]`
  })
  return parts.join('')
}

function quoted(value: string | number): string {
  return JSON.stringify(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function depthOf(value: unknown): number {
  let level = [value]
  let depth = 0
  for (; level.length > 0 && depth <= DEEPEST; depth += 1)
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  return depth
}

/** The JSON Schema of the file; published as `docs/snapshot-schema.json`. */
export function snapshotJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'eso-vault snapshot',
    $defs: {
      keys: {
        type: 'object',
        additionalProperties: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/keys' }] },
      },
    },
    ...schemaOf(SNAPSHOT_SHAPE),
  }
}

function schemaOf(shape: Shape): Readonly<Record<string, unknown>> {
  const about = shape.about === undefined ? {} : { description: shape.about }
  switch (shape.is) {
    case 'text':
      return { ...about, type: 'string' }
    case 'boolean':
      return { ...about, type: 'boolean' }
    case 'whole number':
      return { ...about, type: 'integer', minimum: 0 }
    case 'anything':
      return about
    case 'one of':
      return { ...about, enum: shape.of }
    case 'list':
      return { ...about, type: 'array', items: schemaOf(shape.of) }
    case 'map':
      return { ...about, type: 'object', additionalProperties: schemaOf(shape.of) }
    case 'key names':
      return { ...about, $ref: '#/$defs/keys' }
    case 'object': {
      const properties = Object.entries({ ...shape.required, ...shape.optional })
      return {
        ...about,
        type: 'object',
        properties: Object.fromEntries(properties.map(([name, inner]) => [name, schemaOf(inner)])),
        ...(Object.keys(shape.required).length === 0 ? {} : { required: Object.keys(shape.required) }),
      }
    }
  }
}
