import { describe, expect, test } from 'vitest'
import { couldBeNamed } from '../../../src/state/declared/partly-known.ts'
import { declare, expectExactPlaces, placeOf } from './declare.ts'

const WRITE = 'vault policy write eso - <<\'HCL\'\npath "kv/data/a" {\n  capabilities = ["read"]\n}\nHCL'
const indent = (text: string, by: string) => text.replace(/^/gm, by)

describe('Markdown (field.md §4)', () => {
  test.each([
    ['sh', `# Title\n\n\`\`\`sh\n${WRITE}\n\`\`\`\n`, 5],
    ['bash with a title', `\`\`\`bash title="setup"\n${WRITE}\n\`\`\`\n`, 3],
    ['shell, CRLF', `\`\`\`shell\n${WRITE}\n\`\`\`\n`.replaceAll('\n', '\r\n'), 3],
    ['no language', `\`\`\`\n${WRITE}\n\`\`\`\n`, 3],
    ['tildes', `~~~sh\n${WRITE}\n~~~\n`, 3],
    ['four backticks around three', `\`\`\`\`sh\n${WRITE}\n\`\`\`\n\`\`\`\`\n`, 3],
    ['a list', `1. Write it:\n\n   \`\`\`sh\n${indent(WRITE, '   ')}\n   \`\`\`\n`, 5],
    ['a quote', `> \`\`\`sh\n${indent(WRITE, '> ')}\n> \`\`\`\n`, 3],
    ['a prompt', `\`\`\`console\n$ ${WRITE}\n\`\`\`\n`, 3],
  ])('a fence: %s', (_, text, line) => {
    const files = { 'docs/a.md': text }
    const { state } = declare(files)
    expect(state.policies.map((policy) => [policy.name, placeOf(policy)])).toEqual([['eso', `docs/a.md:${line}`]])
    for (const policy of state.policies) expectExactPlaces(files, policy)
    expect(state.policies[0]?.provenance).toMatchObject({ form: 'markdown' })
  })

  test('inline code tells mounts, auth methods and whole roles, not policies and roles by halves', () => {
    const { state, also } = declare({
      'a.md':
        '- `vault secrets enable -path=kv kv-v2 || true`\n- `vault auth enable kubernetes`\n- see `vault write auth/kubernetes/role/x ttl=1h` and `vault policy write x y.hcl`\n- `vault write auth/kubernetes/role/z bound_service_account_names=eso policies=y`\n',
    })
    expect(state.mounts).toMatchObject([{ path: 'kv', type: 'kv', version: 2 }])
    expect(state.mounts[0]?.provenance).toMatchObject({ span: { line: 1, column: 4 } })
    expect(state.authMounts.map(placeOf)).toEqual(['a.md:2'])
    expect(state.roles.map((role) => [role.name, placeOf(role)])).toEqual([['z', 'a.md:4']])
    expect([...state.policies, ...also.textless]).toEqual([])
  })

  test('fences of one text are steps of one script', () => {
    const { state } = declare({
      'a.md': '```sh\nexport M=kv\n```\n\nThen\n\n```sh\nvault policy write eso - <<E\npath "$M/x" {}\nE\n```\n',
    })
    expect(state.policies[0]).toMatchObject({ text: 'path "kv/x" {}\n', unknown: [] })
  })

  test('a policy in an hcl fence gets its name from the file that the text names', () => {
    const files = {
      'a.md':
        'Create `eso.hcl`:\n\n```hcl\npath "kv/data/a" {}\n```\n\n```sh\nvault policy write reader eso.hcl\n```\n',
    }
    const { state } = declare(files)
    expect(state.policies.map((policy) => [policy.name, placeOf(policy)])).toEqual([['reader', 'a.md:4']])
    for (const policy of state.policies) expectExactPlaces(files, policy)
  })

  test('without a name it is kept apart', () => {
    const { state, also } = declare({ 'a.md': 'For instance\n\n```hcl\npath "kv/data/a" {}\n```\n' })
    expect(state.policies).toEqual([])
    expect(also.unnamed).toMatchObject([{ span: { file: 'a.md', line: 4 }, form: 'markdown' }])
  })

  test('prose and other languages are nothing', () => {
    const { state } = declare({
      'a.md': 'Run vault policy write eso x.hcl now.\n\n```python\nvault policy write eso - <<E\npath "a" {}\nE\n```\n',
    })
    expect(state.policies).toEqual([])
  })
})

describe('a name with a placeholder is a pattern', () => {
  const page = (command: string) => declare({ 'README.md': `\`\`\`bash\n${command}\n\`\`\`\n` }).state

  test.each(['eso-<svc>', 'eso-{svc}', 'eso-$svc', 'eso-${svc}', 'eso-<your service>'])('%s', (name) => {
    const { roles } = page(
      `vault write auth/kubernetes/role/${name} policies=${name.replace('<your service>', '<svc>')},base`,
    )
    expect(roles).toHaveLength(1)
    expect(roles[0]?.name).toMatch(/^eso-\$\{\w+\}$/)
    expect(roles[0]?.policies).toEqual([expect.stringMatching(/^eso-\$\{\w+\}$/), 'base'])
    expect(couldBeNamed(roles[0]?.name ?? '', roles[0] ?? { unknown: [] }, 'eso-shop')).toBe(true)
    expect(couldBeNamed(roles[0]?.name ?? '', roles[0] ?? { unknown: [] }, 'eso')).toBe(false)
  })

  test('heredocs, redirections and braces of the shell are none', () => {
    const text = 'path "kv/data/a" { capabilities = ["read"] }'
    const { policies, roles } = page(
      `vault policy write eso - <<EOF\n${text}\nEOF\nvault policy write b - <b.hcl\nfor r in a b; do vault write auth/kubernetes/role/\${r} policies=eso; done`,
    )
    expect(policies.map(({ name, unknown }) => [name, unknown])).toEqual([['eso', []]])
    expect(roles.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  test('a path of a policy on a page', () => {
    const { policies } = page(
      'vault policy write eso - <<EOF\npath "kv/data/<team>/*" { capabilities = ["read"] }\nEOF',
    )
    expect(policies[0]).toMatchObject({ text: expect.stringContaining('kv/data/${team}/*'), unknown: ['team'] })
  })
})
