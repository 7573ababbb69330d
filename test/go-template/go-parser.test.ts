import { describe, expect, it } from 'vitest'
import { TemplateSyntaxError } from '../../src/go-template/go-lexer.ts'
import { parseTemplate } from '../../src/go-template/go-parser.ts'

function messageOf(text: string): string {
  try {
    parseTemplate(text)
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return `${error.line}: ${error.message}`
    throw error
  }
  return 'parses'
}

describe('what Go refuses, in its words', () => {
  it.each([
    ['{{ .quay-username }}', "1: bad character U+002D '-'"],
    ['a\nb {{ .x-y }}', "2: bad character U+002D '-'"],
    ['{{ .a/b }}', "1: bad character U+002F '/'"],
    ['{{ $x-y }}', "1: bad character U+002D '-'"],
    ['{{ .a', '1: unclosed action'],
    ['{{ .a }', '1: unexpected "}" in operand'],
    ['{{ .a} ', "1: bad character U+007D '}'"],
    ['{{ .a } }', '1: unexpected "}" in operand'],
    ['{{', '1: unclosed action'],
    ['{{ }}', '1: missing value for command'],
    ['{{ "a }}', '1: unterminated quoted string'],
    ['{{ `a }}', '1: unterminated raw quoted string'],
    ["{{ 'a }}", '1: unterminated character constant'],
    ['{{/* a }}', '1: unclosed comment'],
    ['{{/* a */ b}}', '1: comment ends before closing delimiter'],
    ['{{ /* a */ }}', '1: unexpected "/" in command'],
    ['{{ (.a }}', '1: unclosed left paren'],
    ['{{ .a) }}', '1: unexpected right paren'],
    ['{{ if .a }}x', '1: unexpected EOF'],
    ['{{ if }}x{{ end }}', '1: missing value for if'],
    ['x{{ end }}', '1: unexpected {{end}}'],
    ['x{{ else }}', '1: unexpected {{else}}'],
    ['{{ if .a }}{{ else }}{{ else }}{{ end }}', '1: expected end; found {{else}}'],
    ['{{ $x }}', '1: undefined variable "$x"'],
    ['{{ if $x := .a }}{{ end }}{{ $x }}', '1: undefined variable "$x"'],
    ['{{ else x }}', '1: unexpected "x" in else'],
    ['{{ with .a }}{{ else if .b }}{{ end }}', '1: unexpected <if> in input'],
    ['{{ - }}', '1: illegal number syntax: "-"'],
    ['{{ | .a }}', '1: unexpected "|" in command'],
    ['{{ .a | "x" }}', '1: non executable command in pipeline stage 2'],
    ['{{ "a".b }}', '1: unexpected . after term "\\"a\\""'],
    ['{{ .a : }}', '1: expected :='],
    ['{{ 1x }}', '1: bad number syntax: "1x"'],
    ['{{ break }}', '1: {{break}} outside {{range}}'],
    ['{{ .a ü }}', 'parses'],
    ['{{ .a … }}', "1: unrecognized character in action: U+2026 '…'"],
  ])('%j', (text, message) => {
    expect(messageOf(text)).toBe(message)
  })
})

describe('what Go takes', () => {
  it.each([
    'no action at all } } {',
    '{{.a}}{{- .b -}}{{ .c -}}\n  {{-   .d   -}}',
    '{{/* }} */}}{{- /* x */ -}}',
    '{{ "}}" }}{{ `{{ .x }}` }}{{ "\\"" }}',
    "{{ 'a' }}{{ 1 }}{{ -1.5e3 }}{{ 0x1F }}{{ .5 }}{{ true }}{{ nil | default 1 }}",
    '{{ .a | default "x" | b64enc }}',
    '{{ printf "%s:%s" .a (index . "b.c") }}',
    '{{ $x := .a }}{{ $x }}{{ $x = .b }}{{ $.c }}',
    '{{ if eq .a "b" }}1{{ else if .c }}2{{ else }}3{{ end }}',
    '{{ with .a }}{{ . }}{{ else with .b }}{{ . }}{{ end }}',
    '{{ range $i, $v := split "," .a }}{{ if $v }}{{ continue }}{{ end }}{{ break }}{{ else }}none{{ end }}',
    '{{ define "t" }}{{ .x }}{{ end }}{{ template "t" . }}{{ template "t" }}{{ block "u" . }}{{ end }}',
    '{{ (.a | fromJson).b.c }}{{ (fromJson .a).b }}',
    '{{ .a\n  | trim }}',
    '{{ .a | }}',
    '{{ $x = .a }}{{ $x }}',
    '{{ printf.a }}',
    '{{ and .a (or .b .c) (not .d) }}',
    '{{ .größe }}{{ .名前 }}',
    '{{ index .a 0 }}{{ len . }}{{ . }}{{ $ }}',
    '{{ .a }}}',
    '{"a": "{{ .a }}"}',
  ])('%j', (text) => {
    expect(messageOf(text)).toBe('parses')
  })
})
