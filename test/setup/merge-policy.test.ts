import { describe, expect, test } from 'vitest'
import { VARIANTS } from '../../src/model/variant.ts'
import type { Capability } from '../../src/policy/capability.ts'
import { mergePolicy } from '../../src/setup/merge-policy.ts'

const rule = (path: string, ...capabilities: Capability[]) => ({ path, capabilities, groups: [] })
const block = (path: string, ...capabilities: string[]) =>
  `path "${path}" {\n  capabilities = [${capabilities.map((one) => `"${one}"`).join(', ')}]\n}\n`
const merge = (live: string, ...wanted: ReturnType<typeof rule>[]) => mergePolicy('eso', live, wanted, [...VARIANTS])

describe('rules added to a policy that is there', () => {
  test('nothing is added where a wider rule allows it', () => {
    const live = block('kv/data/*', 'read')
    expect(merge(live, rule('kv/data/a', 'read'), rule('kv/data/b', 'read'))).toEqual({ text: live, added: [] })
  })

  test('a narrower rule repeats what the wider one gave at its path', () => {
    const live = block('kv/data/*', 'read', 'delete')
    expect(merge(live, rule('kv/data/a', 'read', 'update'))).toMatchObject({
      text: `${live}\n${block('kv/data/a', 'read', 'update', 'delete')}`,
    })
  })

  test('so does a folder, although another rule decides for a part of it', () => {
    const live = block('kv/data/*', 'read', 'list') + block('kv/data/team/locked', 'deny')
    expect(merge(live, rule('kv/data/team/*', 'update'))).toMatchObject({
      added: [rule('kv/data/team/*', 'read', 'update', 'list')],
    })
  })

  test('a folder under rules that differ among themselves is blocked, with their names', () => {
    const live = block('kv/data/*', 'read') + block('kv/data/+/locked', 'delete')
    expect(merge(live, rule('kv/data/team/*', 'update'))).toEqual({
      blocked: expect.stringMatching(
        /^A rule for kv\/data\/team\/\* would take the place of rules that give different rights below it \(.*kv\/data\/\*.*\): .* Write the policy as a file/,
      ),
    })
  })

  test('limits of a wider rule are not lifted', () => {
    const live = 'path "kv/data/*" {\n  capabilities = ["read", "update"]\n  denied_parameters = { "x" = [] }\n}\n'
    expect(merge(live, rule('kv/data/a', 'create'))).toEqual({
      blocked: expect.stringMatching(
        /^The rule kv\/data\/\* sets limits .* and a rule for kv\/data\/a would lift them there/,
      ),
    })
  })

  test('a rule for the very path is widened beside it', () => {
    const live = block('kv/data/a', 'read')
    expect(merge(live, rule('kv/data/a', 'read', 'update'))).toMatchObject({
      text: `${live}\n${block('kv/data/a', 'read', 'update')}`,
    })
  })

  test('a deny for the very path is for a person to take out', () => {
    expect(merge(block('kv/data/a', 'deny'), rule('kv/data/a', 'read'))).toEqual({
      blocked: expect.stringMatching(
        /^read on kv\/data\/a stays refused, whatever is added: .*Take that rule out by hand, then plan again\.$/,
      ),
    })
  })

  test('a deny for all is overruled at the one path that is needed, and nowhere else', () => {
    const live = block('kv/data/*', 'deny')
    expect(merge(live, rule('kv/data/a', 'read'))).toMatchObject({ added: [rule('kv/data/a', 'read')] })
  })

  test.each([
    ['JSON', '{"path":{"kv/data/b":{"capabilities":["read"]}}}', /written in JSON/],
    ['what does not parse', 'path "kv/data/b" {', /cannot be read/],
  ])('%s is left alone', (_, live, because) => {
    expect(merge(live, rule('kv/data/a', 'read'))).toEqual({ blocked: expect.stringMatching(because) })
  })
})
