import type { Value } from '../../../src/model/value.ts'

/** A seeded source of chance: the same seed gives the same trees. */
export class Chance {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** mulberry32: from 0 up to, not including, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = this.state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  /** True in this share of cases. */
  is(share: number): boolean {
    return this.next() < share
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  some<T>(items: readonly T[], share: number): T[] {
    return items.filter(() => this.is(share))
  }
}

/** Text that is written as it stands: an empty null, a number in another base. */
export class Raw {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Content = Value | Raw | readonly Content[] | { readonly [key: string]: Content }

/** YAML of a value, in one of the many ways to write it. */
function writeYaml(chance: Chance, value: Content, indent = 0): string {
  if (value instanceof Raw) return value.text
  if (typeof value !== 'object' || value === null) return scalar(chance, value, indent)
  const isList = Array.isArray(value)
  const isEmpty = isList ? value.length === 0 : Object.keys(value).length === 0
  if (isEmpty) return isList ? '[]' : '{}'
  if (chance.is(0.08) && !holdsRaw(value)) return flow(chance, value)
  const pad = ' '.repeat(indent)
  if (isList)
    return (value as readonly Content[])
      .map((item) => `\n${pad}- ${writeYaml(chance, item, indent + 2).replace(/^\n\s*/, '')}`)
      .join('')
  return Object.entries(value as Record<string, Content>)
    .map(([key, item]) => {
      const comment = chance.is(0.03) ? `\n${pad}# a comment` : ''
      const written = writeYaml(chance, item, indent + 2)
      return `${comment}\n${pad}${keyText(chance, key)}:${written.startsWith('\n') || written === '' ? '' : ' '}${written}`
    })
    .join('')
}

export function document(chance: Chance, value: Content): string {
  // A list in brackets is no JSON patch unless it is JSON.
  const written = writeYaml(chance, value).replace(/^\n/, '')
  if (Array.isArray(value) && written.startsWith('[') && chance.is(0.9)) return document(chance, value)
  return chance.is(0.04) && !holdsRaw(value) ? `${JSON.stringify(value, null, 2)}\n` : `${written}\n`
}

function holdsRaw(value: Content): boolean {
  if (value instanceof Raw) return true
  return typeof value === 'object' && value !== null && Object.values(value).some((item) => holdsRaw(item as Content))
}

function flow(chance: Chance, value: Content): string {
  if (Array.isArray(value)) return `[${(value as readonly Content[]).map((item) => flow(chance, item)).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, item]) => `${keyText(chance, key)}: ${flow(chance, item as Content)}`)
      .join(', ')}}`
  return typeof value === 'string' && chance.is(0.4) ? JSON.stringify(value) : scalar(chance, value, undefined)
}

function keyText(chance: Chance, key: string): string {
  return /^[a-zA-Z$][\w./-]*$/.test(key) && !AMBIGUOUS.test(key) && chance.is(0.97) ? key : JSON.stringify(key)
}

const AMBIGUOUS = /^(?:true|false|null|yes|no|on|off|y|n|~)$/i

function scalar(chance: Chance, value: null | boolean | number | string, indent: number | undefined): string {
  if (typeof value !== 'string') return String(value)
  const isPlain = /^[a-zA-Z/$][\w./ -]*$/.test(value) && !AMBIGUOUS.test(value) && !/\s$/.test(value)
  if (value.includes('\n') && indent !== undefined && !/^\s|\s\n|[^\n]$/.test(value) && chance.is(0.8))
    return `|\n${value
      .trimEnd()
      .split('\n')
      .map((line) => (line === '' ? '' : `${' '.repeat(Math.max(indent, 2))}${line}`))
      .join('\n')}`
  if (isPlain && chance.is(0.8)) return value
  return value.includes("'") || value.includes('\n') || chance.is(0.5) ? JSON.stringify(value) : `'${value}'`
}
