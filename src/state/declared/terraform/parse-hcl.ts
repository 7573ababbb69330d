import { HclCursor } from './hcl-cursor.ts'
import type { Block, Body, Expression } from './hcl-expression.ts'
import { readHclString } from './hcl-text.ts'
import { IDENTIFIER, parseExpression, parseHole } from './parse-expression.ts'

/** Blocks in blocks: deeper ones are passed over. */
const DEEPEST = 40

/**
 * Reads the structure of HCL 2: blocks, attributes and their expressions. Never throws; what is no HCL is passed over.
 */
export function parseHcl(source: string): Body {
  return readBody(new HclCursor(source), 0)
}

function readBody(cursor: HclCursor, depth: number): Body {
  const attributes = new Map<string, Expression>()
  const blocks: Block[] = []
  for (;;) {
    cursor.skip(true)
    if (cursor.done || (depth > 0 && cursor.peek() === '}')) break
    const from = cursor.at
    const name = cursor.match(IDENTIFIER)
    if (name === undefined) {
      cursor.at++
      continue
    }
    cursor.skip(false)
    if (cursor.peek() === '=' && cursor.peek(1) !== '=') {
      cursor.at++
      attributes.set(name, parseExpression(cursor))
      continue
    }
    const labels = readLabels(cursor)
    if (cursor.peek() !== '{') continue
    if (depth >= DEEPEST) {
      parseExpression(cursor, false, Number.POSITIVE_INFINITY)
      continue
    }
    cursor.at++
    const body = readBody(cursor, depth + 1)
    cursor.at++
    blocks.push({ type: name, labels, body, from, to: Math.min(cursor.at, cursor.end) })
  }
  return { attributes, blocks }
}

function readLabels(cursor: HclCursor): string[] {
  const labels: string[] = []
  for (;;) {
    cursor.skip(false)
    if (cursor.peek() === '"') {
      const text = readHclString(cursor.source, cursor.at + 1, parseHole, 0)
      cursor.at = text.end
      labels.push(text.text.value)
      continue
    }
    const word = cursor.match(IDENTIFIER)
    if (word === undefined) return labels
    labels.push(word)
  }
}
