import { describe, expect, test } from 'vitest'
import { couldBeNamed } from '../../../src/state/declared/partly-known.ts'
import { looksLikePolicy, policyNamesOfFile } from '../../../src/state/declared/policy-shape.ts'
import { readDeclared } from '../../../src/state/declared/read-declared.ts'
import { declare, expectExactPlaces, placeOf, policyNamed } from './declare.ts'

const RULE = '# who reads\npath "kv/data/a" {\n  capabilities = ["read"]\n}\n'

describe('policy files (field.md §4)', () => {
  test('a file that nothing writes is called as it is named', () => {
    const files = { 'policies/External-Secrets.hcl': RULE }
    const declared = declare(files)
    const policy = policyNamed(declared, 'external-secrets')
    expect(placeOf(policy)).toBe('policies/External-Secrets.hcl:1')
    expect(policy.provenance).toMatchObject({ form: 'hcl' })
    expectExactPlaces(files, policy)
  })

  test.each([
    ['a path beside the script', { 'v/a.sh': 'vault policy write eso p/x.hcl', 'v/p/x.hcl': RULE }],
    ['a path from the root', { 'v/a.sh': 'vault policy write eso v/p/x.hcl', 'v/p/x.hcl': RULE }],
    ['a path through ..', { 'v/s/a.sh': 'vault policy write eso ../p/x.hcl', 'v/p/x.hcl': RULE }],
    ['a path in a pod', { 'a.sh': 'vault policy write eso /policies/x.hcl', 'deep/in/x.hcl': RULE }],
    ['a variable that is set', { 'a.sh': 'D=deep/in\nvault policy write eso "$D/x.hcl"', 'deep/in/x.hcl': RULE }],
    ['a variable that is not', { 'a.sh': 'vault policy write eso "$DIR/x.hcl"', 'deep/in/x.hcl': RULE }],
    ['a command for the folder', { 'a.sh': 'vault policy write eso "$(dirname "$0")/x.hcl"', 'deep/in/x.hcl': RULE }],
    ['standard input', { 'a.sh': 'vault policy write eso - < in/x.hcl', 'in/x.hcl': RULE }],
    ['cat', { 'a.sh': 'cat in/x.hcl | vault policy write eso -', 'in/x.hcl': RULE }],
    ['YAML', { 'job.yaml': 'args: ["sh", "-c", "vault policy write eso /p/x.hcl"]', 'in/x.hcl': RULE }],
    ['a list of words', { 'job.yaml': 'command: [vault, policy, write, eso, /p/x.hcl]', 'in/x.hcl': RULE }],
    ['Markdown', { 'README.md': '```sh\nvault policy write eso in/x.hcl\n```\n', 'in/x.hcl': RULE }],
    [
      'another name in a ConfigMap',
      {
        'kustomization.yaml': 'configMapGenerator:\n  - name: p\n    files: [packed.hcl=in/x.hcl]\n',
        'a.sh': 'vault policy write eso /p/packed.hcl',
        'in/x.hcl': RULE,
      },
    ],
  ])('whatever writes the file names it: %s', (_, files) => {
    const declared = declare(files)
    expect(declared.state.policies.map((policy) => policy.name)).toEqual(['eso'])
    const policy = policyNamed(declared, 'eso')
    expect(placeOf(policy)).toMatch(/x\.hcl:1$/)
    expect(policy.namedAt).toBeDefined()
    expectExactPlaces(files, policy)
  })

  test('of several files the one nearest to the script is meant', () => {
    const { state } = declare({
      'prod/a.sh': 'vault policy write eso "$HERE/x.hcl"',
      'prod/p/x.hcl': RULE,
      'test/p/x.hcl': RULE.replace('kv/data/a', 'kv/data/b'),
    })
    expect(state.policies.map((policy) => [policy.name, placeOf(policy)])).toEqual([
      ['eso', 'prod/p/x.hcl:1'],
      ['x', 'test/p/x.hcl:1'],
    ])
  })

  test('equally near files are a conflict, not a guess', () => {
    const { conflicts } = declare({
      'a.sh': 'vault policy write eso "$ENV/x.hcl"',
      'prod/x.hcl': RULE,
      'test/x.hcl': RULE.replace('kv/data/a', 'kv/data/b'),
    })
    expect(conflicts).toMatchObject([{ what: 'policy', name: 'eso', facts: [{}, {}] }])
  })

  test('a policy whose text is elsewhere is told, and is not absent', () => {
    const { also, notes } = declare({
      'a.sh': 'vault policy write eso /not/here.hcl\nmake | vault policy write other -',
    })
    expect(also.textless.map(({ name, source }) => [name, source])).toEqual([
      ['eso', '/not/here.hcl'],
      ['other', 'the output of `make`'],
    ])
    expect(notes.map(({ file, line }) => [file, line])).toEqual([
      ['a.sh', 1],
      ['a.sh', 2],
    ])
  })

  test('a text that sed changes is partly known', () => {
    const { state } = declare({ 'a.sh': "sed 's/a/b/' x.hcl | vault policy write eso -", 'x.hcl': RULE })
    expect(state.policies[0]).toMatchObject({ name: 'eso', unknown: ['$(sed)'] })
  })

  test('envsubst: its variables are unknown', () => {
    const { state } = declare({
      'a.sh': 'envsubst < x.hcl | vault policy write eso -',
      'x.hcl': 'path "${M}/data/*" {}\n',
    })
    expect(state.policies[0]?.unknown).toContain('M')
  })

  test('x-policy.hcl is the text of x where a role names x', () => {
    const role = 'vault write auth/kubernetes/role/r policies=x bound_service_account_names=a'
    expect(declare({ 'x-policy.hcl': RULE, 'a.sh': role }).state.policies[0]?.name).toBe('x')
    expect(declare({ 'x-policy.hcl': RULE }).state.policies[0]?.name).toBe('x-policy')
  })

  test.each([
    ['a/external-secrets.hcl', ['external-secrets']],
    ['a/X-Policy.hcl', ['x-policy', 'x']],
    ['eso/policy.hcl', ['eso', 'policy']],
    ['a/eso.policy.hcl', ['eso']],
    ['eso.hcl.tftpl', ['eso']],
  ])('%s', (path, names) => {
    expect(policyNamesOfFile(path)).toEqual(names)
  })
})

describe('what reads as a policy (vault.md §1.1)', () => {
  test.each([
    ['path "a" {}', true],
    ['path a { }', true],
    ['# c\n// c\n/* c */\nname = "x"\npath "a" { capabilities = ["read"] }', true],
    ['path "a" {\n  capabilities = ["read"]\n', true],
    ['{"path": {"a": {"capabilities": ["read"]}}}', true],
    ['%{ for m in mounts }\npath "${m}/*" {}\n%{ endfor }', true],
    ['{{- range .x }}\npath "{{ . }}" {}\n{{- end }}', true],
    ['paht "b" {}\npath "a" {}', true],
    ['', false],
    ['# path "a" {}', false],
    ['listener "tcp" {\n  address = "x"\n}\nstorage "raft" {\n  path = "/data"\n}', false],
    ['resource "vault_policy" "x" {\n  policy = "path"\n}', false],
    ['resource "x" "y" {}\npath "a" {}', false],
    ['job "x" { group "y" { path "z" {} } }', false],
    ['echo hi\nvault policy write x - <<EOF\npath "a" {}\nEOF', false],
    ['Use path "a" {} for this.', false],
    ['{"paths": {"/a": {}}}', false],
    ['{"path": "x"}', false],
  ])('%j → %s', (text, expected) => {
    expect(looksLikePolicy(text)).toBe(expected)
  })
})

describe('the same name twice', () => {
  const other = RULE.replace('"read"', '"list"')
  test('Markdown gives way to every other form (design §3)', () => {
    const { state, shadowed, conflicts } = declare({
      'eso.hcl': RULE,
      'README.md': `\`\`\`sh\nvault policy write eso - <<EOF\n${other}EOF\nvault policy write docs - <<EOF\n${other}EOF\nvault write auth/kubernetes/role/r policies=old\n\`\`\`\n`,
      'a.sh': 'vault write auth/kubernetes/role/r policies=new',
    })
    expect(state.policies.map((policy) => [policy.name, placeOf(policy)])).toEqual([
      ['eso', 'eso.hcl:1'],
      ['docs', 'README.md:9'],
    ])
    expect(shadowed.policies.map(placeOf)).toEqual(['README.md:3'])
    expect(state.roles.map((role) => role.policies)).toEqual([['new']])
    expect(shadowed.roles.map((role) => role.policies)).toEqual([['old']])
    expect(conflicts).toEqual([])
  })
  test('equal texts are one fact, white space aside (vault.md §7.2)', () => {
    const { state, conflicts } = declare({ 'a/eso.hcl': RULE, 'b/eso.hcl': `\n${RULE.replace('  cap', '\tcap')}\n` })
    expect(state.policies.map(placeOf)).toEqual(['a/eso.hcl:1'])
    expect(conflicts).toEqual([])
  })
  test('different ones are all kept, and told', () => {
    const { state, conflicts } = declare({ 'a/eso.hcl': RULE, 'b/eso.hcl': other })
    expect(state.policies.map(placeOf)).toEqual(['a/eso.hcl:1', 'b/eso.hcl:1'])
    expect(conflicts).toMatchObject([{ what: 'policy', name: 'eso' }])
  })
  test('a file that is found twice is one file', () => {
    const file = { file: 'a/eso.hcl', root: '/repo', relative: 'a/eso.hcl', text: RULE }
    const { state } = readDeclared([file, { ...file, root: '/repo/a', relative: 'eso.hcl' }], { parse: () => [] })
    expect(state.policies).toHaveLength(1)
  })
  test('an auth mount that is enabled here and configured there is no conflict', () => {
    const { conflicts } = declare({
      'a.sh': 'vault auth enable kubernetes',
      'b.sh': 'vault write auth/kubernetes/config kubernetes_host=https://k',
    })
    expect(conflicts).toEqual([])
  })
  test('two types of one auth mount are', () => {
    const { conflicts } = declare({
      'a.sh': 'vault auth enable -path=x kubernetes',
      'b.sh': 'vault auth enable -path=x jwt',
    })
    expect(conflicts).toMatchObject([{ what: 'auth mount', name: 'x' }])
  })
})

describe('couldBeNamed', () => {
  test.each([
    ['${E}-reader', ['E'], 'prod-reader', true],
    ['${E}-reader', ['E'], 'prod-writer', false],
    ['a-${E}-b', ['E'], 'a-b', false],
    ['a-${E}-${F}', ['E', 'F'], 'a-x-y', true],
    ['${E}', ['E'], 'anything', true],
    ['eso', ['E'], 'eso', true],
    ['${literal}', [], 'x', false],
  ])('%s with %j may be %s: %s', (name, unknown, wanted, expected) => {
    expect(couldBeNamed(name, { unknown }, wanted)).toBe(expected)
  })
})

describe('a file that a command names and that is not there', () => {
  const textless = (files: Record<string, string>) =>
    declare(files).also.textless.map(({ name, source, meant }) => [name, source, meant?.name])

  test.each([
    [
      'an ending twice',
      { 'a.sh': 'vault policy write eso /config/reader.hcl.hcl', 'p/reader.hcl': RULE },
      'reader.hcl',
    ],
    [
      'a slip',
      { 'a.sh': 'vault policy write eso p/external-secrts.hcl', 'p/external-secrets.hcl': RULE },
      'external-secrets.hcl',
    ],
    [
      'a key of a ConfigMap',
      {
        'cm.yaml': `data:\n  reader.hcl: |\n    path "a" {}\n  s.sh: |\n    vault policy write eso /c/reader.hcl.hcl\n`,
      },
      'reader.hcl',
    ],
    ['another name altogether', { 'a.sh': 'vault policy write eso /tmp/made.hcl', 'p/reader.hcl': RULE }, undefined],
    [
      'two that may be meant',
      { 'a.sh': 'vault policy write eso /c/reader.hcl.hcl', 'p/reader.hcl': RULE, 'q/reader.hcl': RULE },
      undefined,
    ],
    [
      'one that something else writes',
      {
        'a.sh': 'vault policy write other p/reader.hcl\nvault policy write eso /c/reader.hcl.hcl',
        'p/reader.hcl': RULE,
      },
      undefined,
    ],
  ])('%s', (_, files, meant) => {
    expect(textless(files)).toEqual([['eso', expect.any(String), meant]])
  })
})
