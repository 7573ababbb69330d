import { chartYaml, secretTemplate } from './render-charts.ts'

/** A chart of one hard shape (helm.md §5.3), and where the key and the property of its ExternalSecret come from. */
export interface Shape {
  readonly files: Readonly<Record<string, string>>
  /** Values files over the chart's own. */
  readonly layers?: readonly string[]
  /** `value @ place < related places`, in order; a place is `file:line` below the chart. */
  readonly key: string
  readonly property?: string
}

const T = 'templates/es.yaml'
const chart = (values: string, template: string, more: Readonly<Record<string, string>> = {}) => ({
  'Chart.yaml': chartYaml('web'),
  'values.yaml': values,
  [T]: template,
  ...more,
})

export const SHAPES: Readonly<Record<string, Shape>> = {
  'a literal that also stands in the values': {
    files: chart('old: apps/db\n', secretTemplate('apps/db')),
    key: `apps/db @ ${T}:12`,
    property: `pw @ ${T}:13`,
  },
  'one whole scalar': {
    files: chart('path: apps/db\n', secretTemplate('{{ .Values.path }}', '{{ .Values.path | quote }}')),
    key: `apps/db @ values.yaml:1 < ${T}:12 < ${T}:13`,
    property: `apps/db @ values.yaml:1 < ${T}:12 < ${T}:13`,
  },
  'a literal and two scalars': {
    files: chart('team: shop\nenv: prod\n', secretTemplate('apps/{{ .Values.team }}/{{ .Values.env }}/db')),
    key: `apps/shop/prod/db @ ${T}:12 < values.yaml:1 < values.yaml:2`,
  },
  'the strongest layer wins': {
    files: chart('team: shop\n', secretTemplate('apps/{{ .Values.team }}'), {
      'values-prod.yaml': '# of production\nteam: store\n',
    }),
    layers: ['values-prod.yaml'],
    key: `apps/store @ ${T}:12 < values-prod.yaml:2`,
  },
  'a key of a map': {
    files: chart(
      'keys:\n  password: apps/a\n',
      secretTemplate('{{ $v }}', '{{ $k }}')
        .replace('    - secretKey', '    {{- range $k, $v := .Values.keys }}\n    - secretKey')
        .concat('    {{- end }}\n'),
    ),
    key: `apps/a @ values.yaml:2 < ${T}:13`,
    property: `password @ values.yaml:2 < ${T}:14`,
  },
  'a scalar that decides the flow': {
    files: chart(
      'env: prod\n',
      secretTemplate('secret/{{ .Values.env }}/db').replace(
        '        key: secret/{{ .Values.env }}/db',
        '        {{- if eq .Values.env "prod" }}\n        key: secret/{{ .Values.env }}/db\n        {{- else }}\n        key: other/db\n        {{- end }}',
      ),
    ),
    key: `secret/prod/db @ ${T}:13 < values.yaml:1`,
  },
  'lower, upper, replace, trimSuffix': {
    files: chart(
      'a: TEAM\nb: prod\nc: my_app\nd: db.x\n',
      secretTemplate(
        '{{ .Values.a | lower }}/{{ upper .Values.b }}/{{ .Values.c | replace "_" "-" }}/{{ trimSuffix ".x" .Values.d }}',
      ),
    ),
    key: `team/PROD/my-app/db @ ${T}:12 < values.yaml:1 < values.yaml:2 < values.yaml:3 < values.yaml:4`,
  },
  'trunc cuts the marker off': {
    files: chart('team: shop-and-more\nenv: prod\n', secretTemplate('{{ .Values.team | trunc 4 }}/{{ .Values.env }}')),
    key: `shop/prod @ ${T}:12 < values.yaml:2 < values.yaml:1`,
  },
  'tpl of a block, with a value in a value': {
    files: chart(
      'p: apps\ndata:\n  - secretKey: pw\n    remoteRef:\n      key: "{{ .Values.p }}/db"\n      property: word\n',
      secretTemplate('x').replace(/ {4}- secretKey[\s\S]*$/, '    {{- tpl (toYaml .Values.data) . | nindent 4 }}\n'),
    ),
    key: `apps/db @ ${T}:9 < values.yaml:1 < values.yaml:5`,
    property: `word @ values.yaml:6 < ${T}:9`,
  },
  'a file of the chart': {
    files: chart(
      '{}\n',
      secretTemplate('{{ $file.path }}').replace(
        'apiVersion',
        '{{- $file := .Files.Get "files/a.yaml" | fromYaml }}\napiVersion',
      ),
      { 'files/a.yaml': '# paths\npath: apps/from-file\n' },
    ),
    key: `apps/from-file @ files/a.yaml:2 < ${T}:13`,
  },
  'a text that is parsed': {
    files: chart(
      'text: |\n  one: 1\n  path: apps/text\n',
      secretTemplate('{{ $text.path }}').replace('apiVersion', '{{- $text := .Values.text | fromYaml }}\napiVersion'),
    ),
    key: `apps/text @ values.yaml:3 < ${T}:13`,
  },
  'a scalar that is split': {
    files: chart(
      'ref: "apps/a#pw"\n',
      secretTemplate('{{ index (splitList "#" .Values.ref) 0 }}', '{{ index (splitList "#" .Values.ref) 1 }}'),
    ),
    key: `apps/a @ ${T}:12 < values.yaml:1`,
    property: `pw @ ${T}:13 < values.yaml:1`,
  },
  numbers: {
    files: chart('account: 123456\n', secretTemplate('{{ .Values.account | int }}')),
    key: `123456 @ values.yaml:1 < ${T}:12`,
  },
  'a number within': {
    files: chart('account: 12\n', secretTemplate('apps/{{ .Values.account }}/db')),
    key: `apps/12/db @ ${T}:12 < values.yaml:1`,
  },
  'coalesce and a merge': {
    files: chart(
      'a: ""\nb: chosen\nbase:\n  x: low\nover:\n  x: high\n',
      secretTemplate(
        '{{ coalesce .Values.a .Values.b }}/{{ (mustMergeOverwrite (deepCopy .Values.base) .Values.over).x }}',
      ),
    ),
    key: `chosen/high @ ${T}:12 < values.yaml:2 < values.yaml:6`,
  },
  'a word that decides, and that a key holds too': {
    files: chart(
      'es:\n  type: hashicorp\nname: hashicorp\n',
      secretTemplate('apps/{{ .Values.name }}')
        .replace('  data:', '{{- if eq .Values.es.type "hashicorp" }}\n  data:')
        .concat('{{- end }}\n'),
    ),
    key: `apps/hashicorp @ ${T}:13 < values.yaml:3 < values.yaml:2`,
  },
  'a literal that a value chooses': {
    files: chart('env: prod\n', secretTemplate('{{ get (dict "prod" "kv/prod/db" "dev" "kv/dev/db") .Values.env }}')),
    key: `kv/prod/db @ ${T}:12 < values.yaml:1`,
  },
  'a guard that fails': {
    files: chart(
      'env: prod\nteam: shop\n',
      secretTemplate('{{ .Values.env }}/{{ .Values.team }}').replace(
        'apiVersion',
        '{{- if not (regexMatch "^(prod|dev)$" .Values.env) }}{{ fail "no such environment" }}{{ end }}\napiVersion',
      ),
    ),
    key: `prod/shop @ ${T}:13 < values.yaml:2 < values.yaml:1`,
  },
  'a library chart': {
    files: {
      'Chart.yaml': chartYaml('web', 'dependencies: [{name: lib, version: 0.1.0, repository: ""}]\n'),
      'values.yaml': 'team: shop\n',
      [T]: '{{ include "lib.es" . }}\n',
      'charts/lib/Chart.yaml': chartYaml('lib', 'type: library\n'),
      'charts/lib/templates/_es.tpl': `{{- define "lib.es" -}}\n${secretTemplate('apps/{{ .Values.team }}')}{{- end -}}\n`,
    },
    key: 'apps/shop @ charts/lib/templates/_es.tpl:13 < values.yaml:1',
    property: 'pw @ charts/lib/templates/_es.tpl:14',
  },
  'a subchart under another name, with a global value': {
    files: {
      'Chart.yaml': chartYaml('web', 'dependencies: [{name: sub, alias: back, version: 0.1.0, repository: ""}]\n'),
      'values.yaml': 'global:\n  env: prod\nback:\n  team: shop\n',
      'charts/sub/Chart.yaml': chartYaml('sub'),
      'charts/sub/values.yaml': 'team: none\nkind: db\n',
      [`charts/sub/${T}`]: secretTemplate('{{ .Values.global.env }}/{{ .Values.team }}/{{ .Values.kind }}'),
    },
    key: `prod/shop/db @ charts/sub/${T}:12 < values.yaml:2 < values.yaml:4 < charts/sub/values.yaml:2`,
  },
  'an alias in the template': {
    files: chart(
      'path: apps/db\n',
      `${secretTemplate('&k "{{ .Values.path }}"')}    - secretKey: b\n      remoteRef: {key: *k, property: b}\n`,
    ),
    key: `apps/db @ values.yaml:1 < ${T}:12`,
  },
  'an anchor in the values': {
    files: chart('a: &p apps/db\npath: *p\n', secretTemplate('{{ .Values.path }}')),
    key: `apps/db @ values.yaml:1 < ${T}:12`,
  },
  'flow style': {
    files: chart(
      'path: {a: apps/db, b: "pw"}\n',
      secretTemplate('x').replace(
        / {6}remoteRef:[\s\S]*$/,
        '      remoteRef: {key: {{ .Values.path.a }}, property: "{{ .Values.path.b }}"}\n',
      ),
    ),
    key: `apps/db @ values.yaml:1 < ${T}:11`,
    property: `pw @ values.yaml:1 < ${T}:11`,
  },
  'a literal of the template that is a key of the values, too': {
    files: chart(
      'prod-db: x\n',
      secretTemplate('{{ $i }}')
        .replace('    - secretKey', '    {{- range $i := list "prod-db" }}\n    - secretKey')
        .concat('    {{- end }}\n'),
    ),
    key: `prod-db @ ${T}:13`,
  },
  'what is left of a default': {
    files: chart('{}\n', secretTemplate('{{ .Values.path | default "apps/default" }}')),
    key: `apps/default @ ${T}:12`,
  },
  'YAML 1.1 words': {
    files: chart('env: on\nteam: shop\n', secretTemplate('{{ .Values.team }}/{{ .Values.env }}')),
    key: `shop/true @ ${T}:12 < values.yaml:2 < values.yaml:1`,
  },
}
