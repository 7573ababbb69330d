import { describe, expect, it } from 'vitest'
import { parseEmbeddedYaml, parseYaml, type YamlDocument } from '../../../src/files/yaml/parse-yaml.ts'
import { familyOf } from '../../../src/model/note.ts'
import type { Span } from '../../../src/model/span.ts'
import type { FieldPath } from '../../../src/model/value.ts'
import { cpuTime } from '../../cpu-time.ts'

function parse(text: string) {
  return parseYaml({ file: 'a.yaml', text })
}

function only(text: string): YamlDocument {
  const { documents, notes } = parse(text)
  expect(notes).toEqual([])
  expect(documents).toHaveLength(1)
  return documents[0] as YamlDocument
}

/** The source text that a span covers. */
function slice(text: string, span: Span): string {
  const lines = text.split('\n')
  if (span.line === span.endLine) return (lines[span.line - 1] ?? '').slice(span.column - 1, span.endColumn - 1)
  const middle = lines.slice(span.line, span.endLine - 1)
  return [
    (lines[span.line - 1] ?? '').slice(span.column - 1),
    ...middle,
    (lines[span.endLine - 1] ?? '').slice(0, span.endColumn - 1),
  ].join('\n')
}

describe('values', () => {
  const cases: [string, string, unknown][] = [
    [
      'core schema scalars',
      'a: 1\nb: -2.5\nc: true\nd: null\ne: ~\nf:\ng: yes\nh: 0o17\ni: 0x1F\nj: "1"\nk: 1e3',
      {
        a: 1,
        b: -2.5,
        c: true,
        d: null,
        e: null,
        f: null,
        g: 'yes',
        h: 15,
        i: 31,
        j: '1',
        k: 1000,
      },
    ],
    [
      'unknown tags as if untagged',
      'a: !Find foo\nb: !secret\nc: !reference [x, 1]\nd: !!str 12\ne: !vault {k: v}',
      {
        a: 'foo',
        b: null,
        c: ['x', 1],
        d: '12',
        e: { k: 'v' },
      },
    ],
    [
      'numbers as Go reads them (kustomize.md §9)',
      'a: 0644\nb: 1_000\nc: 0b11\nd: -0x1F\ne: 089\nf: "0644"\ng: _1\nh: +5\ni: .5',
      { a: 420, b: 1000, c: 3, d: -31, e: 89, f: '0644', g: '_1', h: 5, i: 0.5 },
    ],
    ['a block of text at the end without a line break', 'a: |\n  x\n  y', { a: 'x\ny' }],
    ['a folded one', 'a: >\n  x\n  y', { a: 'x y' }],
    ['a kept one', 'a: |+\n  x', { a: 'x' }],
    ['flow and KYAML', '{\n  a: "x", # c\n  b: [\n    1,\n  ],\n}', { a: 'x', b: [1] }],
    ['JSON with tabs', '{\n\t"a": [1,\t2],\n\t"b": {"c": null}\n}', { a: [1, 2], b: { c: null } }],
    ['tab as separation', 'a:\tx\nb: [1,\t2]', { a: 'x', b: [1, 2] }],
    [
      'merge keys: own keys win, the first merged map wins',
      'x: &x {k: 1, l: 2}\ny: &y {l: 3, m: 4}\nz:\n  <<: [*x, *y]\n  k: 0',
      {
        x: { k: 1, l: 2 },
        y: { l: 3, m: 4 },
        z: { k: 0, l: 2, m: 4 },
      },
    ],
    ['a quoted "<<" is a key', 'a: {"<<": 1}', { a: { '<<': 1 } }],
    ['anchors on scalars', 'a: &k kv/x\nb: *k', { a: 'kv/x', b: 'kv/x' }],
    ['byte order mark', '\uFEFFa: 1', { a: 1 }],
    ['CRLF', 'a: 1\r\nb: |\r\n  x\r\n  y\r\nc: 2\r\n', { a: 1, b: 'x\ny\n', c: 2 }],
    ['block scalars', 'a: |-\n  x\n   y\nb: >\n  x\n  y\n\n  z\n', { a: 'x\n y', b: 'x y\nz\n' }],
  ]
  it.each(cases)('%s', (_, text, value) => {
    expect(only(text).value).toEqual(value)
  })

  it('keeps __proto__ as a key', () => {
    const value = only('__proto__: {polluted: true}').value as Record<string, unknown>
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('keeps the text of large integers and of things that look like numbers', () => {
    const document = only('a: 12345678901234567890\nb: 1.10\nc: "on"')
    expect(document.rawOf(['a'])).toBe('12345678901234567890')
    expect(document.rawOf(['b'])).toBe('1.10')
    expect(document.isPlain(['b'])).toBe(true)
    expect(document.isPlain(['c'])).toBe(false)
    expect(document.rawOf([])).toBeUndefined()
  })
})

describe('documents', () => {
  it('counts null documents, and no comment before the first marker', () => {
    const { documents } = parse('# head\n---\n# nothing\n---\na: 1\n---\n')
    expect(documents.map((document) => [document.index, document.value])).toEqual([
      [0, null],
      [1, { a: 1 }],
      [2, null],
    ])
    expect(documents[1]?.spanOf(['a'])).toMatchObject({ line: 5, column: 4, endLine: 5, endColumn: 5 })
  })

  it('leaves unwanted documents out and keeps the index', () => {
    const { documents } = parseYaml(
      { file: 'a.yaml', text: 'a: 1\n---\nb: 1\n---\nc: 1' },
      { wanted: (text) => !text.includes('b') },
    )
    expect(documents.map((document) => document.index)).toEqual([0, 2])
  })

  it('handles end markers and directives', () => {
    expect(parse('a: 1\n...\nb: 2\n').documents.map((document) => document.value)).toEqual([{ a: 1 }, { b: 2 }])
    expect(parse('%YAML 1.2\n---\na: 1\n').documents.map((document) => document.value)).toEqual([{ a: 1 }])
  })

  it.each(['', '   \n', '# only a comment\n', '\uFEFF'])('an empty file (%j) has no document', (text) => {
    expect(parse(text)).toMatchObject({ documents: [], notes: [] })
  })

  it('keeps the other documents of a file when one does not parse', () => {
    const { documents, notes } = parse('a: 1\n---\nb: [1\nc: 2\n---\nd: 4\n')
    expect(documents.map((document) => [document.index, document.value])).toEqual([
      [0, { a: 1 }],
      [2, { d: 4 }],
    ])
    expect(notes).toEqual([expect.objectContaining({ code: 'yaml-unparseable', file: 'a.yaml' })])
    expect(notes[0]?.line).toBeGreaterThanOrEqual(3)
  })
})

describe('places', () => {
  const text = [
    'spec:',
    '  data:',
    '    - secretKey: a',
    '      remoteRef: {key: "kv/a b", property: x}',
    '    - secretKey: b',
    '      remoteRef:',
    '        key: >-',
    '          kv/x',
    '          y',
    '  extract:',
    '  last: [ 1, 2 ] # end',
  ].join('\n')
  const cases: [FieldPath, 'key' | 'value', string][] = [
    [['spec', 'data', 0, 'remoteRef', 'key'], 'value', '"kv/a b"'],
    [['spec', 'data', 0, 'remoteRef', 'key'], 'key', 'key'],
    [['spec', 'data', 0, 'remoteRef'], 'value', '{key: "kv/a b", property: x}'],
    [['spec', 'data', 0], 'value', 'secretKey: a\n      remoteRef: {key: "kv/a b", property: x}'],
    [['spec', 'data', 1, 'remoteRef', 'key'], 'value', 'kv/x\n          y'],
    [['spec', 'extract'], 'value', 'extract'],
    [['spec', 'extract'], 'key', 'extract'],
    [['spec', 'last'], 'value', '[ 1, 2 ]'],
    [['spec', 'last', 1], 'value', '2'],
    [['spec', 'last', 1], 'key', '2'],
    [['spec', 'data', 0, 'absent', 'x'], 'value', 'secretKey: a\n      remoteRef: {key: "kv/a b", property: x}'],
    [['spec', 'data', 7], 'key', 'data'],
  ]
  it.each(cases)('%j %s', (path, part, expected) => {
    expect(slice(text, only(text).spanOf(path, part))).toBe(expected)
  })

  it('is 1-based and end-exclusive', () => {
    expect(only(text).spanOf(['spec', 'last', 0])).toEqual({
      file: 'a.yaml',
      line: 11,
      column: 11,
      endLine: 11,
      endColumn: 12,
    })
  })

  it('tells the use of an alias from its anchor', () => {
    const source = 'base: &b\n  key: kv/x\nuse: *b\nmore:\n  <<: *b\n  own: 1\n'
    const document = only(source)
    expect(slice(source, document.spanOf(['use']))).toBe('*b')
    expect(slice(source, document.definitionOf(['use']))).toBe('key: kv/x')
    expect(document.spanOf(['use', 'key']).line).toBe(2)
    expect(document.aliasesOf(['use', 'key']).map((span) => span.line)).toEqual([3])
    expect(document.spanOf(['more', 'key']).line).toBe(2)
    expect(document.aliasesOf(['more', 'key']).map((span) => [span.line, span.column])).toEqual([[5, 7]])
    expect(document.aliasesOf(['more', 'own'])).toEqual([])
  })

  it('counts columns right after a byte order mark was taken off, with CRLF and tabs', () => {
    const document = only('a:\r\n  b:\tx\r\n')
    expect(document.spanOf(['a', 'b'])).toMatchObject({ line: 2, column: 6, endColumn: 7 })
  })
})

describe('lines of a text', () => {
  const cases: [string, string, string[]][] = [
    ['literal', 'a: |\n  one\n    two\n\n  four\n', ['one', '  two', '', 'four']],
    ['literal, CRLF', 'a: |\r\n  one\r\n  two\r\n', ['one', 'two']],
    ['literal with a leading blank line', 'a: |\n\n  two\n', ['', 'two']],
    ['folded', 'a: >\n  one\n  one\n\n  two\n    three\n  four\n', ['one\n  one', 'two', '  three', 'four']],
    ['folded with leading blank lines', 'a: >\n\n\n  three\n', ['', '', 'three']],
    ['double quoted with escapes', 'a: "one\\ntwo\\\\n \\"x\\"\\nthree"', ['one', 'two\\\\n \\"x\\"', 'three']],
    ['double quoted over lines', 'a: "one\n  one\n\n  two"', ['one\n  one', 'two']],
    ['single quoted', "a: 'one\n\n  two'", ['one', 'two']],
    ['plain', 'a: one\n  one\n\n  two', ['one\n  one', 'two']],
  ]
  it.each(cases)('%s', (_, source, expected) => {
    const document = only(source)
    const text = (document.value as { a: string }).a.replace(/\n$/, '')
    const lines = text.split('\n')
    expect(lines).toHaveLength(expected.length)
    expect(
      lines.map((_line, at) => slice(source.replaceAll('\r', ''), document.spanOfTextLine(['a'], at + 1))),
    ).toEqual(expected)
  })

  it('locates YAML inside a block string of YAML', () => {
    const source = 'patches:\n  - patch: |-\n      - op: replace\n        path: /spec/x\n        value: "${A}"\n'
    const inner = parseEmbeddedYaml(only(source), ['patches', 0, 'patch'])
    expect(inner?.documents[0]?.value).toEqual([{ op: 'replace', path: '/spec/x', value: '${A}' }])
    const span = inner?.documents[0]?.spanOf([0, 'value']) as Span
    expect(span).toMatchObject({ line: 5, column: 16 })
    expect(slice(source, span)).toBe('"${A}"')
  })
})

describe("indentation that only YAML's grammar refuses", () => {
  it.each([
    ["closing bracket at the parent's column", 'a:\n  b: [\n    1,\n  2\n]\nc: 3\n', { a: { b: [1, 2] }, c: 3 }],
    ['closing brace', 'a: {\n  b: 1\n}\nc: 3\n', { a: { b: 1 }, c: 3 }],
    ['tab between flow items', 'a: {b: [1,\t2]}\nc: 3\n', { a: { b: [1, 2] }, c: 3 }],
    ['a string continued at column 1', 'a:\n  b: "x\ny"\nc: 3\n', { a: { b: 'x y' }, c: 3 }],
  ])('%s', (_, text, value) => {
    const document = only(text)
    expect(document.value).toEqual(value)
    expect(slice(text, document.spanOf(['c']))).toBe('3')
    expect(slice(text, document.spanOf(['c'], 'key'))).toBe('c')
  })
})

describe('large texts', () => {
  it('finds the places of many keys, in a text that is counted through and in one with an index', () => {
    for (const count of [10, 60, 600]) {
      const keys = Array.from({ length: count }, (_, index) => `${index % 3 === 0 ? `"key ${index}"` : `key-${index}`}`)
      const text = `top:\n${keys.map((key, index) => `  ${key}: [a, 'value ${index}']\n`).join('')}`
      const document = only(text)
      for (const [index, key] of keys.entries()) {
        const name = key.replaceAll('"', '')
        expect(slice(text, document.spanOf(['top', name], 'key'))).toBe(key)
        expect(slice(text, document.spanOf(['top', name, 1]))).toBe(`'value ${index}'`)
        expect(document.rawOf(['top', name, 1])).toBe(`value ${index}`)
      }
      expect(document.has(['top', 'key-0'])).toBe(false)
      expect(document.has(['top', 'key-1', 2])).toBe(false)
      expect(parse(text).line(count + 1)).toBe(`  ${keys.at(-1)}: [a, 'value ${count - 1}']`)
    }
  })
})

describe('comments', () => {
  it('finds comments and no # inside strings', () => {
    const file = parse('# eso-vault: ignore[x] why\na: "# no" # yes\nb: |\n  # no\nc: a#b\n\n  # tail\n')
    expect(file.comments()).toEqual([
      { line: 1, text: 'eso-vault: ignore[x] why', alone: true },
      { line: 2, text: 'yes', alone: false },
      { line: 7, text: 'tail', alone: true },
    ])
  })
})

describe('hostile and broken input is a note, never an error (platform.md §7 threat 5)', () => {
  const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let level = 1; level < 10; level++)
    bomb.push(
      `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    )
  const merges = ['m0: &m0 {k0: 1}']
  for (let level = 1; level < 600; level++) merges.push(`m${level}: &m${level}\n  <<: *m${level - 1}\n  k${level}: 1`)
  const cases: [string, string, string][] = [
    ['alias bomb', bomb.join('\n'), 'yaml-too-deep'],
    ['merge key bomb', merges.join('\n'), 'yaml-too-deep'],
    ['alias inside its own anchor', 'a: &a [*a]', 'yaml-too-deep'],
    ['deep flow nesting', '['.repeat(5000), 'yaml-too-deep'],
    ['deep block nesting', '- '.repeat(150).concat('x'), 'yaml-too-deep'],
    ['unknown alias', 'a: *nope', 'yaml-unparseable'],
    ['tab indentation', 'a:\n\tb: 1', 'yaml-unparseable'],
    ['NUL byte', 'a: \u0000', 'yaml-unparseable'],
    ['bad merge', 'a:\n  <<: text', 'yaml-unparseable'],
    [
      'unquoted Helm value that parses into a garbage map (field.md §1.5)',
      'a:\n  name: {{ .Values.name }}',
      'template-not-rendered',
    ],
    ['unquoted Helm value that does not parse', 'a: {{ .Values.a }}-x', 'template-not-rendered'],
    ['Helm control lines', '{{- if .x }}\na: 1\n{{- end }}', 'template-not-rendered'],
  ]
  it.each(cases)('%s', (_, text, reason) => {
    const before = cpuTime()
    const { documents, notes } = parse(`ok: 1\n---\n${text}\n---\nfine: 2`)
    expect(documents.map((document) => document.value)).toEqual([{ ok: 1 }, { fine: 2 }])
    expect(notes.map(familyOf)).toEqual([reason])
    expect(before()).toBeLessThan(6_000)
  })

  it('uses the later of two equal keys and says so', () => {
    const { documents, notes } = parse('a: 1\nb: 2\na: 3')
    expect(documents[0]?.value).toEqual({ a: 3, b: 2 })
    expect(documents[0]?.spanOf(['a']).line).toBe(3)
    expect(notes).toEqual([
      { code: 'yaml-duplicate-key', file: 'a.yaml', line: 3, key: 'a', column: 1, first: { line: 1, column: 1 } },
    ])
  })

  it('never takes ESO templates in strings for Helm (field.md §3)', () => {
    expect(only('a: "{{ .x }}"\nb: |\n  {{ .y | toJson }}\n').value).toEqual({
      a: '{{ .x }}',
      b: '{{ .y | toJson }}\n',
    })
  })
})
