import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { goQuote } from '../../src/model/go-quote.ts'
import { fromBytes, toBytes } from '../../src/policy/byte-string.ts'
import { type ParseResult, parsePolicy } from '../../src/policy/parse-policy.ts'
import type { ParameterLimits, ParameterValue } from '../../src/policy/policy-rule.ts'
import { rulePath } from '../../src/policy/rule-path.ts'

interface Vector {
  readonly id: string
  readonly policy: string
  readonly result: readonly string[]
}

const vectors: Vector[] = readFileSync(new URL('vectors/policy-parse-vectors.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))

describe('parser vectors (vault.md §1)', () => {
  test('all of them are here', () => expect(vectors).toHaveLength(76))

  test.each(vectors)('$id', ({ policy, result }) => {
    expect(print(parsePolicy(policy, { product: 'openbao' }))).toEqual(result)
  })
})

/** The notation of the vectors. */
function print(result: ParseResult): string[] {
  if (!result.ok) return [`PARSE_ERR ${goQuote(result.error)}`]
  const { rules, templated } = result.policy
  if (rules.length === 0) return [`no paths tmpl=${templated}`]
  return rules.map((rule) => {
    const { kind, text, open } = rulePath(toBytes(rule.label))
    const path = goQuote(fromBytes(kind === 'segment' && open ? `${text}*` : text))
    return [
      `path=${path} prefix=${kind === 'prefix'} seg=${kind === 'segment'}`,
      `caps=[${rule.capabilities.join(' ')}] allowed=${printMap(rule.allowed)} denied=${printMap(rule.denied)}`,
      `req=[${rule.required.join(' ')}] tmpl=${templated}`,
    ].join(' ')
  })
}

function printMap(limits: ParameterLimits | undefined): string {
  const entries = [...(limits ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
  return `map[${entries.map(([name, values]) => `${name}:[${values.map(printValue).join(' ')}]`).join(' ')}]`
}

function printValue(value: ParameterValue): string {
  return typeof value === 'object' && 'number' in value ? value.number : String(value)
}
