/** One node of a pruned structural schema: what the API server checks, without the prose. A node without `type` takes anything. */
export interface SchemaShape {
  readonly type?: 'object' | 'array' | 'string' | 'boolean' | 'integer' | 'number' | 'int-or-string'
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  /** The type of the values of a free map. */
  readonly additionalProperties?: SchemaNode
  readonly items?: SchemaNode
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly format?: string
  readonly default?: unknown
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly minimum?: number
  readonly maximum?: number
  /** `x-kubernetes-preserve-unknown-fields`. */
  readonly open?: true
}

export type SchemaNode = SchemaShape | { readonly $ref: string }

/** The schema of one version of one kind. */
export interface KindSchema {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly scope: 'Namespaced' | 'Cluster'
  readonly served: boolean
  readonly spec: SchemaNode
  /** Only of the newest release; `undefined` there: the kind has none. */
  readonly status?: SchemaNode
}

/** All kinds of one ESO release; sub-schemas that occur more than once stand in `definitions`. */
export interface SchemaSet {
  readonly esoVersion: string
  readonly kinds: readonly KindSchema[]
  readonly definitions: Readonly<Record<string, SchemaNode>>
}

/** An older release, by what it has otherwise than the next newer one. */
export interface OlderRelease {
  readonly release: string
  /** Kinds (`group/version Kind`) that it does not have yet. */
  readonly gone: readonly string[]
  /** Kinds that the newer one no longer has. */
  readonly added: readonly KindSchema[]
  /** Kinds that change alike, with what is laid over `served` and `spec` of the newer release: null takes a field away. */
  readonly changes: readonly (readonly [kinds: readonly string[], patch: SchemaPatch])[]
}

export interface SchemaPatch {
  readonly [key: string]: unknown
}
