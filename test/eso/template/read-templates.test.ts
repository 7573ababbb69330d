import { describe, expect, it } from 'vitest'
import { templateReads } from '../../../src/eso/template/read-templates.ts'
import type { Manifest } from '../../../src/model/manifest.ts'
import { yamlManifest } from '../yaml-manifest.ts'

function withTemplate(text: string): Manifest {
  const lines = text.split('\n').map((line) => `          ${line}`)
  return yamlManifest(
    [
      'apiVersion: external-secrets.io/v1',
      'kind: ExternalSecret',
      'metadata: {name: app}',
      'spec:',
      '  target:',
      '    template:',
      '      data:',
      '        out: |-',
      ...lines,
      '',
    ].join('\n'),
  )
}

/** `key`, `key?` when guarded, `key=` when a missing one gives an empty text. */
function readsOf(text: string): string[] {
  return templateReads(withTemplate(text)).reads.map(
    (read) => `${read.key}${read.guarded ? '?' : ''}${read.onMissing === 'empty' ? '=' : ''}`,
  )
}

describe('keys that a template reads (eso.md §6.4)', () => {
  it.each<[text: string, reads: string[]]>([
    ['plain', []],
    ['{{ .a }}', ['a']],
    ['{{- .a -}} {{.b}}', ['a', 'b']],
    ['postgres://{{ .user }}:{{ .pass | urlquery }}@db', ['user', 'pass']],
    ['{{ .x | default "y" }}', ['x']],
    ['{{ default "y" .x }}', ['x']],
    ['{{ index . "tls.crt" }}', ['tls.crt=']],
    ['{{ index $ "a" }}', ['a=']],
    ['{{ (index . "a") | b64enc }}', ['a=']],
    ['{{ hasKey . "a" }}{{ get . "b" }}{{ dig "c" "none" . }}', []],
    ['{{ if .a }}{{ .b }}{{ else if .c }}{{ .d }}{{ else }}{{ .e }}{{ end }}', ['a', 'b?', 'c?', 'd?', 'e?']],
    ['{{ if hasKey . "a" }}{{ .a }}{{ end }}', []],
    ['{{ if eq .a "x" }}{{ .b }}{{ end }}', ['a', 'b?']],
    ['{{ if true }}{{ .b }}{{ else }}{{ .c }}{{ end }}', ['b']],
    ['{{ and .a .b }}{{ or .c .d }}', ['a', 'b?', 'c', 'd?']],
    ['{{ with .a }}{{ .b }}{{ $.c }}{{ else }}{{ .d }}{{ end }}', ['a', 'c?', 'd?']],
    ['{{ with . }}{{ .b }}{{ end }}', ['b?']],
    ['{{ range splitList "," .a }}{{ $.c }}{{ end }}', ['a', 'c?']],
    ['{{ range split "," .a }}{{ $.c }}{{ end }}', ['a', 'c']],
    ['{{ range $k, $v := . }}{{ $k }}{{ $v.x }}{{ end }}', []],
    ['{{ $x := .a }}{{ $x }}', ['a']],
    ['{{ $all := . }}{{ $all.a }}', ['a']],
    ['{{ $all := . }}{{ $all = .b }}{{ $all.c }}', ['b']],
    ['{{ $.a }}', ['a']],
    ['{{ "{{ .x }}" }}{{ `{{ .y }}` }}{{/* {{ .z }} */}}', []],
    ['{{ printf "%s" .a }}{{ (.b | fromJson).c }}', ['a', 'b']],
    ['{{ define "t" }}{{ .a }}{{ $.b }}{{ end }}', []],
    ['{{ define "t" }}{{ .a }}{{ $.b }}{{ end }}{{ template "t" . }}', ['a', 'b']],
    ['{{ define "t" }}{{ .a }}{{ end }}{{ template "t" .b }}', ['b']],
    ['{{ block "t" . }}{{ .a }}{{ end }}', ['a']],
    ['{{ define "t" }}{{ .a }}{{ template "t" . }}{{ end }}{{ template "t" . }}', ['a']],
    ['{{ toJson . }}', []],
    ['{{ .a | eq .b }}', ['a', 'b']],
  ])('%s', (text, reads) => {
    expect(readsOf(text)).toEqual(reads)
  })

  it('points at the line inside a block scalar', () => {
    const { reads } = templateReads(withTemplate('first\n{{ .a }}\n{{ if .b }}\n{{ .c }}\n{{ end }}'))
    expect(reads.map((read) => read.span.line)).toEqual([10, 11, 12])
    expect(reads[0]?.field).toEqual(['spec', 'target', 'template', 'data', 'out'])
  })
})

describe('templates that Go refuses, or that always fail', () => {
  it.each([
    [
      'a\n{{ .quay-username }}',
      10,
      'bad character U+002D \'-\'. A key with `-` is read with `index . "quay-username"`.',
    ],
    ['{{ .a', 9, 'unclosed action'],
    ['{{ if .a }}', 9, 'lacks its `{{ end }}`'],
    ['{{ env "HOME" }}', 9, 'function "env" not defined: ESO takes it out'],
    ['{{ .tls.crt }}', 9, "can't evaluate field crt in type string"],
    ['{{ .tls.crt }}', 9, '`index . "tls.crt"`'],
  ])('%j', (text, line, message) => {
    const { invalid, reads } = templateReads(withTemplate(text))
    expect(invalid).toHaveLength(1)
    expect(invalid[0]?.span.line).toBe(line)
    expect(invalid[0]?.message).toContain(message)
    expect(invalid[0]?.severity).toBe('error')
    expect(reads).toEqual([])
  })

  it.each([
    '{{ hasKey . "a" }}',
    '{{ get $ "a" }}',
    '{{ dig "a" "none" . }}',
    '{{ keys . | join "," }}',
    '{{ pick . "a" | toJson }}',
  ])("%s: ESO's map of texts is not what the function wants", (text) => {
    const { invalid } = templateReads(withTemplate(text))
    expect(invalid).toMatchObject([{ severity: 'error' }])
    expect(invalid[0]?.message).toContain('map[string]string')
  })

  it.each([
    ["{{ .a | replace 'x' 'yy' }}", "malformed character constant: 'yy'. Single quotes hold one character in Go"],
    ['{{ .a .b }}', 'a is not a method but has arguments. A key takes no arguments'],
    ['{{ range .a }}{{ . }}{{ end }}', "range can't iterate over a value, which is text"],
    ['{{ template "nope" . }}', 'template "nope" not defined'],
    ['{{ index . "a" "b" }}', 'error calling index: cannot index slice/array with type string'],
    ['{{ if .a }}{{ define "x" }}{{ end }}{{ end }}', 'unexpected <define> in command'],
    ['{{ getHostByName .a }}', 'function "getHostByName" not defined: ESO takes it out'],
    ['{{ 08 }}', 'integer overflow: "08"'],
    ['{{ upper 1 }}', 'expected string; found 1'],
    ['{{ upper (list .a) }}', 'wrong type for value; expected string; got []interface {}'],
    ['{{ date "2006" }}', 'wrong number of args for date: want 2 got 1'],
    ['{{ first .a }}', 'error calling first: Cannot find first on type string'],
    ['{{ $x = .a }}', 'undefined variable: $x'],
    ['{{ regexFind "(" .a }}', 'error calling regexFind: regexp: Compile(`(`): error parsing regexp'],
    ['{{ eq .a 1 }}', 'incompatible types for comparison: string and int'],
    ['{{ if .a }}{{ upper 1 }}{{ else }}{{ upper 2 }}{{ end }}', 'expected string; found 1'],
    ['{{ range list 1 2 }}{{ upper . }}{{ end }}', 'wrong type for value; expected string; got int'],
    ['{{ (dict "a" 1).b }}', 'map has no entry for key "b"'],
  ])('%s always fails, in the words of Go', (text, message) => {
    const [first] = templateReads(withTemplate(text)).invalid
    expect(first?.severity).toBe('error')
    expect(first?.message).toContain(message)
  })

  it.each([
    '{{ if .a }}{{ upper 1 }}{{ end }}',
    '{{ and .a (upper 1) }}',
    '{{ range splitList "," .a }}{{ upper 1 }}{{ end }}',
    '{{ range list 1 2 }}{{ if $.a }}{{ break }}{{ end }}{{ upper . }}{{ end }}',
    '{{ with fromJson .a }}{{ upper 1 }}{{ end }}',
  ])('%s fails on one way only, and is a warning', (text) => {
    expect(templateReads(withTemplate(text)).invalid.map(({ severity }) => severity)).toEqual(['warning'])
  })

  it.each([
    '{{ if false }}{{ upper 1 }}{{ end }}',
    '{{ or true (upper 1) }}',
    '{{ (fromJson .a).b.c | upper }}',
    '{{ index (fromJson .a) "b" | b64enc }}',
    '{{ (split "," .a)._1 }}',
    '{{ $x := list }}{{ range $i, $v := until 3 }}{{ $x = append $x $v }}{{ end }}{{ join "," $x }}',
    '{{ (now).Format "2006" }}{{ (genCA "x" 1).Cert }}',
    '{{ range $k, $v := . }}{{ $k }}={{ $v | quote }}{{ end }}',
    '{{ define "t" }}{{ template "t" . }}{{ end }}{{ template "t" . }}',
    '{{ .a | default "x" | ternary 1 2 (eq .b "c") }}',
  ])('%s may work', (text) => {
    const severities = templateReads(withTemplate(text)).invalid.map(({ severity }) => severity)
    expect(severities).toEqual(text.includes('ternary') ? ['error'] : [])
  })

  it('tells all that fails at once', () => {
    const { invalid } = templateReads(withTemplate('{{ upper 1 }}\n{{ .a .b }}\n{{ lower 2 }}'))
    expect(invalid.map(({ span }) => span.line)).toEqual([9, 10, 11])
  })

  it('ends on templates that nest or recur without end', () => {
    const deep = `${'{{ if .a }}'.repeat(2000)}${'{{ end }}'.repeat(2000)}`
    expect(templateReads(withTemplate(deep)).invalid).toHaveLength(1)
    const wide = `${'{{ range until 100 }}'.repeat(6)}{{ upper . }}${'{{ end }}'.repeat(6)}`
    expect(templateReads(withTemplate(wide)).invalid.length).toBeGreaterThan(0)
  })

  it('lets them work on maps made in the template', () => {
    expect(templateReads(withTemplate('{{ hasKey (dict "a" 1) "a" }}{{ get (fromJson .b) "c" }}')).invalid).toEqual([])
  })

  it('only warns of functions that a newer ESO may have', () => {
    const { invalid, reads } = templateReads(withTemplate('{{ b64encc .a }}'))
    expect(invalid).toMatchObject([{ severity: 'error' }])
    expect(invalid[0]?.message).toContain('Did you mean `b64enc`?')
    expect(templateReads(withTemplate('{{ certNotAfter .a }}')).invalid).toMatchObject([
      { severity: 'warning', unknownFunction: 'certNotAfter' },
    ])
    expect(reads).toHaveLength(1)
  })

  it('leaves Helm templates and variables inside actions alone', () => {
    for (const text of [
      '{{ .Values.key }}',
      '{{ include "app.name" . }}',
      '{{ .${APP}_password }}',
      '{{ tpl .Values.x . }}',
    ]) {
      const found = templateReads(withTemplate(text))
      expect(found.invalid).toEqual([])
      expect(found.reads).toEqual([])
      expect(found.opaque).toHaveLength(1)
    }
  })

  it('takes a variable outside of an action as text', () => {
    expect(readsOf('https://${DOMAIN}/{{ .a }}')).toEqual(['a'])
  })
})

describe('templates that are not looked into', () => {
  it.each([
    ['{{ '.padEnd(3003, '('), 'it is nested deeper than 300 levels, and was not looked into.'],
    [
      `${'{{ if .a }}'.repeat(400)}${'{{ end }}'.repeat(400)}`,
      'it is nested deeper than 300 levels, and was not looked into.',
    ],
    ['{{ .a }}'.repeat(20_001), 'it takes more than 20000 steps, and what comes after them was not looked into.'],
  ])('say so', (text, message) => {
    const { invalid } = templateReads(withTemplate(text))
    expect(invalid.map((one) => [one.severity, one.message])).toEqual([['warning', message]])
  })

  it('are none up to these limits', () => {
    const deep = `${'{{ if .a }}'.repeat(250)}${'{{ end }}'.repeat(250)}`
    for (const text of [deep, '{{ .a }}'.repeat(19_000)]) expect(templateReads(withTemplate(text)).invalid).toEqual([])
  })
})

describe('where templates stand', () => {
  const manifest = yamlManifest(`apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: app}
spec:
  dataFrom:
    - extract: {key: a}
      rewrite:
        - transform: {template: "{{ .value | upper }}"}
        - transform: {template: "{{ .name }}"}
  target:
    template:
      data: {a: "{{ .data }}"}
      metadata:
        labels: {b: "{{ .label }}"}
        annotations: {c: "{{ .annotation }}"}
      templateFrom:
        - literal: "d: {{ .literal }}"
        - configMap: {name: cm, items: [{key: k}]}
        - secret: {name: s, items: [{key: k}]}
`)

  it('reads data, labels, annotations and literals, and names what it does not see', () => {
    const found = templateReads(manifest)
    expect(found.reads.map((read) => `${read.span.line} ${read.key}`)).toEqual([
      '12 data',
      '14 label',
      '15 annotation',
      '17 literal',
    ])
    expect(found.opaque.map(({ reason }) => reason)).toEqual([
      { code: 'template-elsewhere', kind: 'ConfigMap', name: 'cm' },
      { code: 'template-elsewhere', kind: 'Secret', name: 's' },
    ])
  })

  it('knows that a rewrite template has only .value', () => {
    const { invalid } = templateReads(manifest)
    expect(invalid).toHaveLength(1)
    expect(invalid[0]).toMatchObject({ span: { line: 9 }, severity: 'error' })
    expect(invalid[0]?.message).toContain('`.name` gives `<no value>`')
  })

  it.each([
    ['ClusterExternalSecret', 'v1', 'externalSecretSpec: {target: {template: {data: {a: "{{ .k }}"}}}}'],
    ['PushSecret', 'v1alpha1', 'template: {data: {a: "{{ .k }}"}}'],
    ['ClusterPushSecret', 'v1alpha1', 'pushSecretSpec: {template: {data: {a: "{{ .k }}"}}}'],
  ])('%s', (kind, version, spec) => {
    const yaml = `apiVersion: external-secrets.io/${version}\nkind: ${kind}\nmetadata: {name: a}\nspec:\n  ${spec}\n`
    expect(templateReads(yamlManifest(yaml)).reads.map((read) => read.key)).toEqual(['k'])
  })

  it('does not look into engine v1, nor where a patch changes the template', () => {
    const spec = 'spec: {target: {template: {engineVersion: v1, data: {a: "{{ .k-x }}"}}}}'
    const old = yamlManifest(
      `apiVersion: external-secrets.io/v1beta1\nkind: ExternalSecret\nmetadata: {name: a}\n${spec}\n`,
    )
    expect(templateReads(old)).toMatchObject({
      reads: [],
      invalid: [],
      opaque: [{ field: ['spec', 'target', 'template'], reason: { code: 'template-engine-v1' } }],
    })
    const text =
      '{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: a}, spec: {target: {template: {data: {a: "{{ .k-x }}"}}}}}'
    const patched = yamlManifest(text, { patched: [['spec', 'target', 'template', 'data', 'a']] })
    expect(templateReads(patched)).toMatchObject({ reads: [], invalid: [] })
    expect(templateReads(patched).opaque).toMatchObject([{ reason: { code: 'patched' } }])
  })
})
