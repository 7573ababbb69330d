import { SECRET_PLACES } from '../model/secret-place.ts'
import { STAGES } from '../model/stages.ts'
import type { JsonSchema } from '../settings/config-schema.ts'
import { STEP_KINDS } from '../setup/step.ts'
import { JSON_VERSION } from './json.ts'

const text = { type: 'string' }
const textOrNull = { type: ['string', 'null'] }
const line = { type: 'integer', minimum: 1 }
const count = { type: 'integer', minimum: 0 }

/**
 * Every field that this version writes is required, and others are welcome: within version 1 fields are added, never changed or
 * removed, so that a reader of today's report can read tomorrow's.
 */
function object(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', required: Object.keys(properties), properties }
}

const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items })

const finding = {
  rule: text,
  severity: { enum: ['error', 'warning', 'note'] },
  message: text,
  file: text,
  line,
  column: line,
  endLine: line,
  endColumn: line,
  related: listOf(object({ file: text, line, column: line, endLine: line, message: text })),
  fix: textOrNull,
  fingerprint: text,
}

const lineOrNull = { type: ['integer', 'null'] }

const place = {
  file: text,
  line,
  objects: listOf(text),
  does: textOrNull,
  remark: textOrNull,
  new: { type: ['boolean', 'null'] },
  own: { type: ['boolean', 'null'] },
  fingerprint: text,
}

/** One cause; or, without a rule, what kept the run from starting. */
const problem = {
  message: text,
  file: textOrNull,
  line: lineOrNull,
  id: textOrNull,
  rule: textOrNull,
  severity: { enum: ['error', 'warning', 'note'] },
  headline: text,
  why: textOrNull,
  chain: listOf(
    object({
      of: { enum: ['store', 'role', 'policy', 'mount', 'secret'] },
      name: text,
      is: { enum: ['ok', 'broken', 'not-checked'] },
      file: textOrNull,
      line: lineOrNull,
      says: textOrNull,
    }),
  ),
  places: listOf(object(place)),
  references: count,
  effects: listOf(object(place)),
  fix: {
    ...object({
      lead: text,
      kind: { enum: ['insert', 'edit', 'command', 'advice'] },
      language: textOrNull,
      text: textOrNull,
      file: textOrNull,
      line: lineOrNull,
      note: textOrNull,
    }),
    type: ['object', 'null'],
  },
}

/** What asks for the value that a reference brings into a Secret (docs/workloads.md). */
const workload = {
  manifest: text,
  file: text,
  line,
  use: { enum: [...SECRET_PLACES] },
  secret: text,
  keys: listOf(text),
  as: textOrNull,
  container: textOrNull,
  inValues: { type: 'boolean' },
  optional: { type: 'boolean' },
}

/** The JSON Schema of the report; published as `docs/report-schema.json`. */
export function reportJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'eso-vault report',
    ...object({
      version: { const: JSON_VERSION },
      outcome: { enum: ['clean', 'unchecked', 'findings', 'incomplete', 'invalid', 'bug'] },
      findings: listOf(object(finding)),
      references: listOf(
        object({
          file: text,
          line,
          manifest: text,
          store: textOrNull,
          key: text,
          accesses: listOf(
            object({
              path: text,
              capability: { enum: ['read', 'list', 'create', 'update', 'delete'] },
              decision: { enum: ['allowed', 'denied', 'unknown'] },
              when: text,
              side: { enum: ['data', 'metadata', 'session', 'engine'] },
              because: text,
              code: text,
              rule: {
                ...object({ policy: text, path: text, file: textOrNull, line: lineOrNull }),
                type: ['object', 'null'],
              },
            }),
          ),
          operation: { enum: ['data', 'extract', 'fetch-metadata', 'find', 'push', 'generator'] },
          property: textOrNull,
          engine: { type: 'string' },
          configSays: listOf(
            object({ of: { enum: ['store', 'role', 'policies', 'policy'] }, name: text, file: text, line }),
          ),
          also: { type: 'array', items: { type: 'string' } },
          appliedBy: { type: 'array', items: { type: 'string' } },
          standing: { enum: ['works', 'broken', 'not-checked', 'other-provider', 'not-applied'] },
          applied: object({
            verdict: { enum: ['applied', 'presumed', 'suspended', 'unclear', 'not-applied'] },
            reason: textOrNull,
            because: textOrNull,
            roots: listOf(text),
            cluster: textOrNull,
          }),
          form: { enum: ['plain', 'rendered'] },
          proposed: { type: 'boolean' },
          notChecked: textOrNull,
          notCheckedCode: textOrNull,
          failsWith: textOrNull,
          failsWithCode: textOrNull,
          secret: { enum: ['present', 'absent', 'deleted', 'destroyed', 'hidden', 'unknown', null] },
          // All of them are counted, and the first twenty named.
          workloads: object({ count, places: listOf(object(workload)) }),
        }),
      ),
      notChecked: listOf(
        object({ file: text, line, what: text, reason: text, code: text, isReference: { type: 'boolean' } }),
      ),
      causes: listOf(
        object({ code: text, reason: text, references: count, places: count, wayOut: textOrNull, config: textOrNull }),
      ),
      headline: text,
      mode: { enum: ['check', 'drift', 'plan', 'apply', 'snapshot'] },
      target: text,
      counts: object({
        files: count,
        manifests: count,
        externalSecrets: count,
        pushSecrets: count,
        stores: count,
        references: count,
        checked: count,
        problems: count,
        errors: count,
        warnings: count,
        notes: count,
        works: count,
        broken: count,
        accepted: count,
        notChecked: count,
        otherProvider: count,
        notApplied: count,
        objectsInCharts: count,
        applied: object({ applied: count, presumed: count, suspended: count, unclear: count, notApplied: count }),
      }),
      scope: {
        ...object({
          of: { enum: ['all', 'changed'] },
          because: textOrNull,
          since: textOrNull,
          references: count,
          outside: object({ errors: count, warnings: count, notes: count, notChecked: count }),
          notRead: { ...object({ roots: count, of: count }), type: ['object', 'null'] },
        }),
        type: ['object', 'null'],
      },
      live: object({ asked: { type: 'boolean' }, line: text, asOf: textOrNull }),
      need: {
        ...object({
          sentence: text,
          counts: object({ rules: count, roles: count, mounts: count, secrets: count, keys: count }),
          steps: listOf(
            object({
              id: text,
              kind: { enum: [...STEP_KINDS] },
              action: { enum: ['create', 'update'] },
              because: textOrNull,
              fields: listOf(object({ field: text, before: {}, after: {} })),
              rules: listOf(
                object({
                  path: text,
                  before: { type: ['array', 'null'], items: text },
                  after: { type: ['array', 'null'], items: text },
                }),
              ),
              notes: listOf(text),
              from: listOf(object({ file: text, line })),
            }),
          ),
          seeds: listOf(object({ path: text, keys: listOf(text), usedBy: listOf(text), command: text })),
        }),
        type: ['object', 'null'],
      },
      snapshot: {
        ...object({
          file: text,
          mounts: count,
          roles: count,
          policies: count,
          secrets: count,
          folders: count,
          hidden: count,
        }),
        type: ['object', 'null'],
      },
      incomplete: listOf(text),
      ignored: listOf(object({ ...finding, reason: text, by: { enum: ['comment', 'config', null] } })),
      notes: listOf(
        object({ reason: text, file: text, line: { type: ['integer', 'null'] }, message: text, code: text }),
      ),
      timings: {
        ...listOf(object({ stage: { enum: Object.keys(STAGES) }, milliseconds: count })),
        type: ['array', 'null'],
      },
      problems: listOf(object(problem)),
    }),
  }
}
