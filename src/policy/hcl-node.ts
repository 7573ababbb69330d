/** What the HCL 1 and the JSON reader both build (vault.md §1.1). */

/** Line and column, both from 1; columns count characters. */
export interface Position {
  readonly line: number
  readonly column: number
}

export type TokenType =
  | 'ILLEGAL'
  | 'EOF'
  | 'COMMENT'
  | 'IDENT'
  | 'NUMBER'
  | 'FLOAT'
  | 'BOOL'
  | 'STRING'
  | 'HEREDOC'
  | 'NULL'
  | 'LBRACK'
  | 'LBRACE'
  | 'COMMA'
  | 'PERIOD'
  | 'COLON'
  | 'RBRACK'
  | 'RBRACE'
  | 'ASSIGN'
  | 'ADD'
  | 'SUB'

export interface Token {
  readonly type: TokenType
  readonly text: string
  readonly at: Position
}

/** A key or a literal of the tree, with its meaning as bytes. */
export interface Scalar {
  readonly type: 'IDENT' | 'NUMBER' | 'FLOAT' | 'BOOL' | 'STRING' | 'HEREDOC'
  /** As written, with quotes. */
  readonly text: string
  /** The value: unquoted, heredoc unwrapped. A byte string. */
  readonly value: string
  /** Where it stands, for ourselves. */
  readonly line: number
  /** Where Vault says it stands; its JSON reader forgets positions ("At -"). */
  readonly reported: Position | undefined
}

export type Node = ObjectNode | ListNode | LiteralNode

export interface ObjectNode {
  readonly kind: 'object'
  readonly items: Item[]
  readonly line: number
  readonly reported: Position | undefined
}

export interface ListNode {
  readonly kind: 'list'
  readonly elements: readonly Node[]
  readonly line: number
  readonly reported: Position | undefined
  /** Lines on which the JSON reader dropped a boolean or opened a nested list, silently (vault.md §1.1, J06). */
  readonly dropped: readonly number[]
}

export interface LiteralNode {
  readonly kind: 'literal'
  readonly scalar: Scalar
  readonly line: number
  readonly reported: Position | undefined
}

/** `key = value`, `key { … }`, or `"key": value`. */
export interface Item {
  readonly keys: readonly Scalar[]
  /** Position of `=` or `:`; Vault reports unknown keys by its line, 0 where there is none. */
  readonly assign: Position | undefined
  readonly value: Node
}

/** A text that Vault would refuse, with Vault's own words. */
export class HclError extends Error {
  readonly at: Position | undefined
  constructor(message: string, at: Position | undefined) {
    super(message)
    this.at = at
  }
}

/** So deep may objects and lists be nested in what is read here; a policy needs three levels. */
export const DEEPEST = 100

/** A text that is not looked into, because of a limit of ours: what the server says of it is not known. */
export class NotLookedInto extends HclError {}

/** `3:14`, or `-` where Vault does not know. */
export function formatPosition(at: Position | undefined): string {
  return at ? `${at.line}:${at.column}` : '-'
}

/** The error form of HCL 1: `At 3:14: …`. */
export function positionError(at: Position | undefined, message: string): HclError {
  return new HclError(`At ${formatPosition(at)}: ${message}`, at)
}
