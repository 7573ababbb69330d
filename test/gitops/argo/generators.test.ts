import { describe, expect, test } from 'vitest'
import { UNFILLED } from '../../../src/gitops/argo/fill-text.ts'
import { type Files, generated, go, oneGenerator } from './generated.ts'

const paths = (spec: string, files: Files = {}) => {
  const { fails, paths } = generated(spec, files)
  return fails ?? [...paths].sort()
}

describe('filling in (helm.md §1.5: goTemplate)', () => {
  test.each<[string, string, string | string[]]>([
    [
      'by name, without the white space around it',
      oneGenerator('{list: {elements: [{env: prod}]}}', 'x/{{ env }}'),
      ['x/prod'],
    ],
    [
      'a name that is no parameter stays',
      oneGenerator('{list: {elements: [{env: prod}]}}', 'x/{{other}}'),
      ['x/{{other}}'],
    ],
    [
      'a dot is no name without goTemplate',
      oneGenerator('{list: {elements: [{env: prod}]}}', 'x/{{.env}}'),
      ['x/{{.env}}'],
    ],
    ['values are named with a dot', oneGenerator('{list: {elements: [{values: {a: b}}]}}', '{{values.a}}'), ['b']],
    [
      'an element without Go templates holds texts alone',
      oneGenerator('{list: {elements: [{n: 3}]}}', '{{n}}'),
      'error parsing value as string',
    ],
    [
      'a name without a dot is no Go template',
      go('{list: {elements: [{env: prod}]}}', '{{env}}'),
      'function "env" not defined',
    ],
    ['Go templates see structure', go('{list: {elements: [{a: {b: [c, d]}}]}}', '{{ index .a.b 1 }}'), ['d']],
    ['a missing key prints itself', go('{list: {elements: [{env: prod}]}}', 'x/{{.gone}}'), ['x/<no value>']],
    ['also below a missing one', go('{list: {elements: [{env: prod}]}}', 'x/{{.gone.deeper}}'), ['x/<no value>']],
    [
      'missingkey=error fails the whole set',
      go('{list: {elements: [{env: prod, p: x}, {env: test}]}}', '{{.p}}', 'goTemplateOptions: ["missingkey=error"]\n'),
      'map has no entry for key "p"',
    ],
    [
      'large numbers as Go prints them',
      go('{list: {elements: [{n: 1234567}, {n: 42}]}}', '{{.n}}'),
      ['1.234567e+06', '42'],
    ],
    [
      'if, range, variables and trim markers',
      go(
        '{list: {elements: [{env: prod, all: [a, b]}]}}',
        '{{- $e := .env -}} {{ if eq $e "prod" }}p{{ else }}t{{ end }}{{ range .all }}/{{ . }}{{ end }}',
      ),
      ['p/a/b'],
    ],
    ['normalize', go('{list: {elements: [{n: "Team_A.x!"}]}}', '{{ normalize .n }}'), ['team-a.x']],
    [
      'slugify',
      go(
        '{list: {elements: [{n: "the-very-long-name-of-a-branch"}]}}',
        '{{ slugify 13 true .n }}|{{ slugify 10 false .n }}|{{ slugify "a.b" }}',
      ),
      ['the-very-long|the-very-l|a-b'],
    ],
    [
      'sprig',
      go(
        '{list: {elements: [{n: "ab/cd", m: {k: v}}]}}',
        '{{ .n | splitList "/" | last | upper }}-{{ default "d" .gone }}-{{ dig "k" "z" .m }}-{{ dig "q" "z" .m }}-{{ trimPrefix "ab" .n }}-{{ hasKey .m "k" | ternary "y" "n" }}',
      ),
      ['CD-d-v-z-/cd-y'],
    ],
    [
      'toYaml, fromYaml',
      go('{list: {elements: [{m: {b: [1], a: x}}]}}', '{{ (fromYaml (toYaml .m)).a }}{{ toJson .m }}'),
      ['x{"a":"x","b":[1]}'],
    ],
    [
      'a function whose result is not computed leaves its place open',
      go('{list: {elements: [{n: a}]}}', 'x/{{ sha256sum .n }}/y'),
      [`x/${UNFILLED}/y`],
    ],
    ['after set nothing is sure', go('{list: {elements: [{n: a}]}}', '{{ $_ := set . "n" "b" }}{{ .n }}'), [UNFILLED]],
    ['what does not parse', go('{list: {elements: [{n: a}]}}', '{{ .n '), 'unclosed action'],
    [
      'an open tag without its end, after a whole one',
      oneGenerator('{list: {elements: [{n: a}]}}', '{{n}}/{{n'),
      'Cannot find end tag="}}" in the template="{{n}}/{{n"',
    ],
  ])('%s', (_what, spec, expected) => {
    expect(paths(spec)).toEqual(expected)
  })

  test('keys are filled in, and inside of valuesObject', () => {
    const { plain } = generated(
      'goTemplate: true\ngenerators: [{list: {elements: [{k: env, v: prod}]}}]\ntemplate: {metadata: {name: x, annotations: {"{{.k}}": "{{.v}}"}}, spec: {source: {path: p, helm: {valuesObject: {"{{.k}}": ["{{.v}}", 1]}}}}}\n',
    )
    expect(plain).toMatchObject([
      {
        metadata: { annotations: { env: 'prod' } },
        spec: { source: { helm: { valuesObject: { env: ['prod', 1] } } } },
      },
    ])
  })
})

describe('git directories (helm.md §1.5)', () => {
  const files: Files = {
    'apps/a/x.yaml': '',
    'apps/b/deep/x.yaml': '',
    'apps/.hidden/x.yaml': '',
    '.argo/c/x.yaml': '',
    'other/d/x.yaml': '',
  }
  test.each<[string, string, string[]]>([
    ['* stays within one level', '{path: "apps/*"}', ['apps/a', 'apps/b']],
    ['** is two of them', '{path: "apps/**"}', ['apps/a', 'apps/b']],
    ['any exclude wins, whatever the order', '{path: apps/b, exclude: true}, {path: "apps/*"}', ['apps/a']],
    ['folders that begin with a dot, and all below', '{path: "*"}, {path: ".argo/*"}', ['apps', 'other']],
    ['sets of characters', '{path: "apps/[ac]"}', ['apps/a']],
    ['the whole path is meant', '{path: "a"}', []],
    ['a pattern that cannot be read', '{path: "apps/["}', []],
  ])('%s', (_what, directories, expected) => {
    expect(
      paths(oneGenerator(`{git: {repoURL: "https://x/y", directories: [${directories}]}}`, '{{path}}'), files),
    ).toEqual(expected)
  })

  test('the parameters', () => {
    const all = '{{path}} {{path.basename}} {{path.basenameNormalized}} {{path[0]}} {{path[1]}} {{path.path}}'
    expect(paths(oneGenerator('{git: {directories: [{path: "x/*"}]}}', all), { 'x/A_b/f': '' })).toEqual([
      'x/A_b A_b a-b x A_b {{path.path}}',
    ])
    const inGo = '{{.path.path}} {{.path.basename}} {{.path.basenameNormalized}} {{index .path.segments 1}}'
    expect(paths(go('{git: {directories: [{path: "x/*"}]}}', inGo), { 'x/A_b/f': '' })).toEqual(['x/A_b A_b a-b A_b'])
  })

  test('pathParamPrefix', () => {
    expect(
      paths(
        oneGenerator(
          '{git: {pathParamPrefix: my, directories: [{path: "x/*"}]}}',
          '{{my.path}}|{{path}}|{{my.path[1]}}',
        ),
        { 'x/a/f': '' },
      ),
    ).toEqual(['x/a|{{path}}|a'])
    expect(
      paths(go('{git: {pathParamPrefix: my, directories: [{path: "x/*"}]}}', '{{.my.path.path}}|{{.path}}'), {
        'x/a/f': '',
      }),
    ).toEqual(['x/a|<no value>'])
  })

  test('of another repository nothing is told', () => {
    const found = generated(
      oneGenerator('{git: {repoURL: "https://x/other", directories: [{path: "x/*"}]}}', '{{path}}/z'),
      { 'x/a/f': '' },
    )
    expect(found.unknown).toEqual(['git of https://x/other'])
    expect(found.paths).toEqual([`${UNFILLED}/z`])
  })
})

describe('git files (helm.md §1.5)', () => {
  const files: Files = {
    'cfg/a/config.json': '{"env": "prod", "cluster": {"name": "one"}, "n": [1, true]}',
    'cfg/a/b/config.json': '{"env": "deep"}',
    'cfg/list.yaml': '- {env: l1}\n- {env: l2}\n',
    'config.json': '{"env": "top"}',
  }
  const set = (pattern: string) => generated(oneGenerator(`{git: {files: [${pattern}]}}`, '{{env}}'), files)

  test('* crosses folders, and what only the greedy reading finds is not sure', () => {
    const { applications, paths } = set('{path: "cfg/*/config.json"}')
    expect(paths.map((path, index) => [path, applications[index]?.set.sure])).toEqual([
      ['deep', false],
      ['prod', true],
    ])
  })

  test.each<[string, string, string[]]>([
    ["a folder's name means all below it", '{path: cfg/a}', ['deep', 'prod']],
    ['** is two *, and needs its slash', '{path: "**/config.json"}', ['deep', 'prod']],
    ['./ is no part of it', '{path: ./config.json}', ['top']],
    ['exclude', '{path: "cfg/*.json"}, {path: "cfg/a/b/*", exclude: true}', ['prod']],
    ['a file that is a list', '{path: cfg/list.yaml}', ['l1', 'l2']],
    ['braces are no choice', '{path: "cfg/{a,b}/config.json"}', []],
  ])('%s', (_what, pattern, expected) => {
    expect([...set(pattern).paths].sort()).toEqual(expected)
  })

  test('the parameters, flattened and as they are', () => {
    const flat =
      '{{env}} {{cluster.name}} {{n.0}} {{n.1}} {{path}} {{path.basename}} {{path.filename}} {{path.filenameNormalized}} {{path[1]}}'
    expect(paths(oneGenerator('{git: {files: [{path: cfg/a/config.json}]}}', flat), files)).toEqual([
      'prod one 1 true cfg/a a config.json config.json a',
    ])
    const inGo = '{{.env}} {{.cluster.name}} {{index .n 0}} {{.path.path}} {{.path.filename}} {{.path.basename}}'
    expect(paths(go('{git: {files: [{path: cfg/a/config.json}]}}', inGo), files)).toEqual([
      'prod one 1 cfg/a config.json a',
    ])
  })

  test('the path wins over what the file says; a list of it is under the prefix', () => {
    expect(
      paths(go('{git: {pathParamPrefix: f, files: [{path: x/c.yaml}]}}', '{{.f.path.path}} {{.path}}'), {
        'x/c.yaml': 'path: mine\n',
      }),
    ).toEqual(['x mine'])
    expect(paths(go('{git: {files: [{path: x/c.yaml}]}}', '{{.path.path}}'), { 'x/c.yaml': 'path: mine\n' })).toEqual([
      'x',
    ])
  })

  test.each<[string, string, string | string[]]>([
    ['an empty file is one set', '', ['a']],
    ['of several documents the first', 'env: x\n---\nenv: y\n', ['a']],
    ['a text is none', 'hello\n', 'unable to parse file a/c.yaml'],
    ['a list of texts', '- x\n', 'unable to parse file a/c.yaml'],
    ['no YAML', 'a: [\n', 'unable to parse file a/c.yaml'],
  ])('%s', (_what, text, expected) => {
    expect(paths(oneGenerator('{git: {files: [{path: a/c.yaml}]}}', '{{path}}'), { 'a/c.yaml': text })).toEqual(
      expected,
    )
  })

  test('folders win where both are asked for', () => {
    expect(
      paths(oneGenerator('{git: {files: [{path: cfg/a/config.json}], directories: [{path: cfg}]}}', '{{path}}'), files),
    ).toEqual(['cfg'])
  })
})

describe('values (helm.md §1.5)', () => {
  test('are filled in with the parameters, not with each other', () => {
    const git = '{git: {directories: [{path: "x/*"}], values: {dir: "{{path.basename}}", twice: "{{values.dir}}"}}}'
    expect(paths(oneGenerator(git, '{{values.dir}} {{values.twice}}'), { 'x/a/f': '' })).toEqual(['a {{values.dir}}'])
  })

  test('take the place of what a file calls values', () => {
    const git = '{git: {files: [{path: c.yaml}], values: {a: "{{.path.filename}}"}}}'
    expect(paths(go(git, '{{.values.a}} {{.values.b}}'), { 'c.yaml': 'values: {a: x, b: y}\n' })).toEqual([
      'c.yaml <no value>',
    ])
  })
})

describe('list (helm.md §1.5)', () => {
  test('elementsYaml is added', () => {
    expect(paths(go('{list: {elements: [{a: x}], elementsYaml: "- a: y\\n- a: z\\n"}}', '{{.a}}'))).toEqual([
      'x',
      'y',
      'z',
    ])
    expect(paths(go('{list: {elementsYaml: "a: y"}}', '{{.a}}'))).toBe('error unmarshalling decoded ElementsYaml')
  })
})

describe('clusters (helm.md §1.5)', () => {
  const cluster = (name: string | undefined, labels = {}, more = {}) => ({
    file: 'c.yaml',
    name,
    isOwn: false,
    labels,
    annotations: {},
    ...more,
  })
  const PROD = cluster('Prod_1', { env: 'prod' })
  const TEST = cluster('test-1', { env: 'test' }, { annotations: { owner: 'team' } })
  const of = (spec: string, ...clusters: readonly ReturnType<typeof cluster>[]) => generated(spec, {}, clusters)

  test('one set for each Secret, and the own cluster where nothing is selected', () => {
    expect(
      of(oneGenerator('{clusters: {}}', '{{name}} {{nameNormalized}} {{metadata.labels.env}}'), PROD, TEST).paths,
    ).toEqual(['Prod_1 prod-1 prod', 'test-1 test-1 test', 'in-cluster in-cluster {{metadata.labels.env}}'])
    expect(of(go('{clusters: {}}', '{{.name}} {{.project}} {{.metadata.labels.env}} {{.server}}'), TEST).paths).toEqual(
      [`test-1  test ${UNFILLED}`, 'in-cluster  <no value> https://kubernetes.default.svc'],
    )
  })

  test('a Secret for the own cluster is the own cluster', () => {
    expect(
      of(oneGenerator('{clusters: {}}', '{{name}} {{server}}'), cluster('here', {}, { isOwn: true })).paths,
    ).toEqual(['here https://kubernetes.default.svc'])
  })

  test.each<[string, string, string[]]>([
    ['matchLabels', '{matchLabels: {env: prod}}', ['Prod_1']],
    ['In', '{matchExpressions: [{key: env, operator: In, values: [test, x]}]}', ['test-1']],
    ['NotIn', '{matchExpressions: [{key: env, operator: NotIn, values: [test]}]}', ['Prod_1']],
    ['Exists', '{matchExpressions: [{key: env, operator: Exists}]}', ['Prod_1', 'test-1']],
    [
      'DoesNotExist and another',
      '{matchLabels: {env: prod}, matchExpressions: [{key: x, operator: DoesNotExist}]}',
      ['Prod_1'],
    ],
  ])('selected by %s', (_what, selector, expected) => {
    expect(of(oneGenerator(`{clusters: {selector: ${selector}}}`, '{{name}}'), PROD, TEST).paths).toEqual(expected)
  })

  test('what no declared one fits is a cluster that Git does not know, with the labels that it must have', () => {
    const found = of(
      oneGenerator(
        '{clusters: {selector: {matchLabels: {env: dev}}, values: {dir: "{{metadata.labels.env}}", n: "{{name}}"}}}',
        'x/{{values.dir}}/{{values.n}}',
      ),
      PROD,
    )
    expect(found.paths).toEqual([`x/dev/${UNFILLED}`])
    expect(found.unknown).toEqual(['clusters'])
  })

  test('a name that is encrypted is not told; labels are', () => {
    expect(
      of(
        oneGenerator('{clusters: {selector: {matchLabels: {env: x}}}}', '{{name}}/{{metadata.labels.env}}'),
        cluster(undefined, { env: 'x' }),
      ).paths,
    ).toEqual([`${UNFILLED}/x`])
  })

  test('flatList', () => {
    expect(
      of(
        go(
          '{clusters: {flatList: true, selector: {matchLabels: {env: prod}}}}',
          '{{ range .clusters }}{{ .nameNormalized }}{{ end }}',
        ),
        PROD,
      ).paths,
    ).toEqual([UNFILLED])
    expect(
      of(
        go(
          '{clusters: {flatList: true, selector: {matchLabels: {env: prod}}}}',
          '{{ range .clusters }}{{ .nameNormalized }}{{ end }}',
        ),
        { ...PROD, isOwn: true },
      ).paths,
    ).toEqual(['prod-1'])
  })
})

describe('matrix (helm.md §1.5)', () => {
  const matrix = (first: string, second: string) => `{matrix: {generators: [${first}, ${second}]}}`
  const envs = '{list: {elements: [{env: prod}, {env: test}]}}'

  test('the second generator is filled in with each set of the first', () => {
    const files = { 'cfg/prod/a.yaml': 'app: one\n', 'cfg/test/a.yaml': 'app: two\n' }
    expect(
      paths(oneGenerator(matrix(envs, '{git: {files: [{path: "cfg/{{env}}/*.yaml"}]}}'), '{{env}}/{{app}}'), files),
    ).toEqual(['prod/one', 'test/two'])
    expect(
      paths(go(matrix(envs, '{git: {directories: [{path: "cfg/{{.env}}"}]}}'), '{{.env}}:{{.path.path}}'), files),
    ).toEqual(['prod:cfg/prod', 'test:cfg/test'])
  })

  test('elementsYaml of what the first one found', () => {
    expect(
      paths(
        go(
          matrix('{git: {files: [{path: c.yaml}]}}', '{list: {elementsYaml: "{{ toJson .apps }}"}}'),
          '{{.path.filename}}/{{.name}}',
        ),
        { 'c.yaml': 'apps: [{name: a}, {name: b}]\n' },
      ),
    ).toEqual(['c.yaml/a', 'c.yaml/b'])
  })

  test('on clash the first wins, deep, where it is not empty; without Go templates it is an error', () => {
    const clash = matrix(
      '{list: {elements: [{a: one, m: {x: "1", y: ""}}]}}',
      '{list: {elements: [{a: two, m: {x: "2", y: "3", z: "4"}}]}}',
    )
    expect(paths(go(clash, '{{.a}} {{.m.x}}{{.m.y}}{{.m.z}}'))).toEqual(['one 134'])
    expect(
      paths(oneGenerator(matrix('{list: {elements: [{a: one}]}}', '{list: {elements: [{a: two}]}}'), '{{a}}')),
    ).toBe('found duplicate key a with different value, a: one ,b: two')
    expect(
      paths(
        oneGenerator(matrix('{list: {elements: [{a: one}]}}', '{list: {elements: [{a: one, b: x}]}}'), '{{a}}{{b}}'),
      ),
    ).toEqual(['onex'])
  })

  test('exactly two, of one kind each', () => {
    expect(paths(oneGenerator(`{matrix: {generators: [${envs}]}}`, 'x'))).toMatch(/less than two/)
    expect(paths(oneGenerator(`{matrix: {generators: [${envs}, ${envs}, ${envs}]}}`, 'x'))).toMatch(/more than two/)
  })

  test('values of the second are filled in with the first, and again with its own', () => {
    expect(
      paths(
        oneGenerator(
          matrix(envs, '{git: {directories: [{path: "x/*"}], values: {dir: "{{env}}-{{path.basename}}"}}}'),
          '{{values.dir}}',
        ),
        { 'x/a/f': '' },
      ),
    ).toEqual(['prod-a', 'test-a'])
    expect(
      paths(
        go(
          matrix(envs, '{git: {directories: [{path: "x/*"}], values: {own: "{{.path.basename}}", env: "{{.env}}"}}}'),
          '{{.values.own}}-{{.values.env}}',
        ),
        { 'x/a/f': '' },
      ),
    ).toEqual(['a-prod', 'a-test'])
  })

  test('what the first does not tell is any name in a pattern of the second, and not sure', () => {
    const { applications, paths } = generated(
      oneGenerator(matrix('{clusters: {}}', '{git: {directories: [{path: "clusters/{{name}}/*"}]}}'), '{{path}}'),
      { 'clusters/a/x/f': '', 'clusters/b/y/f': '' },
    )
    expect(paths).toEqual(['clusters/a/x', 'clusters/b/y'])
    expect(applications.map(({ set }) => set.sure)).toEqual([false, false])
  })

  test('in each other', () => {
    expect(
      paths(
        oneGenerator(
          matrix(matrix(envs, '{list: {elements: [{b: y}]}}'), '{list: {elements: [{c: "{{env}}"}]}}'),
          '{{env}}{{b}}{{c}}',
        ),
      ),
    ).toEqual(['prodyprod', 'testytest'])
  })
})

describe('merge (helm.md §1.5)', () => {
  const merge = (keys: string, ...generators: string[]) =>
    `{merge: {mergeKeys: [${keys}], generators: [${generators.join(', ')}]}}`
  const base = '{list: {elements: [{k: a, v: "1"}, {k: b, v: "2"}]}}'

  test('base sets keep their place; later ones win; sets without a partner are dropped', () => {
    expect(
      generated(
        oneGenerator(
          merge(
            'k',
            base,
            '{list: {elements: [{k: b, v: "3"}, {k: c, v: "4"}]}}',
            '{list: {elements: [{k: b, w: "5"}]}}',
          ),
          '{{k}}{{v}}{{w}}',
        ),
      ).paths,
    ).toEqual(['a1{{w}}', 'b35'])
  })

  test('deep with Go templates, and what is empty wins nothing', () => {
    expect(
      paths(
        go(
          merge(
            'k',
            '{list: {elements: [{k: a, m: {x: "1", y: "2"}}]}}',
            '{list: {elements: [{k: a, m: {x: "3", y: ""}}]}}',
          ),
          '{{.m.x}}{{.m.y}}',
        ),
      ),
    ).toEqual(['32'])
  })

  test('keys are names at the top: one with dots is none with Go templates', () => {
    expect(
      paths(
        oneGenerator(
          merge('values.k', '{list: {elements: [{values: {k: a}}]}}', '{list: {elements: [{values: {k: a, v: x}}]}}'),
          '{{values.v}}',
        ),
      ),
    ).toEqual(['x'])
    expect(paths(go(merge('values.k', '{list: {elements: [{values: {k: a}}, {values: {k: b}}]}}', base), 'x'))).toMatch(
      /not unique by the given mergeKeys/,
    )
  })

  test('errors', () => {
    expect(paths(oneGenerator(merge('k', '{list: {elements: [{k: a}, {k: a}]}}', base), 'x'))).toMatch(
      /Duplicate key was \["a"\]/,
    )
    expect(paths(oneGenerator(merge('', base, base), 'x'))).toMatch(/no merge keys/)
    expect(paths(oneGenerator(merge('k', base), 'x'))).toMatch(/less than two/)
  })

  test('a base over clusters that Git does not know stands for each one that an override is for, and for one without', () => {
    const { paths } = generated(
      oneGenerator(
        merge(
          'nameNormalized',
          '{clusters: {values: {dir: base}}}',
          '{list: {elements: [{nameNormalized: c1, values.dir: c1}]}}',
          '{list: {elements: [{nameNormalized: c1, values.more: m}, {nameNormalized: c2, values.more: n}]}}',
        ),
        '{{values.dir}}-{{values.more}}',
      ),
    )
    expect(paths).toEqual([`base-${UNFILLED}`, 'c1-m', 'base-n'])
  })
})

describe('selector (helm.md §1.5)', () => {
  test.each<[string, string, string[]]>([
    ['matchLabels', '{matchLabels: {env: prod}}', ['prod']],
    ['NotIn', '{matchExpressions: [{key: env, operator: NotIn, values: [prod]}]}', ['test']],
    ['values are any text', '{matchLabels: {url: "https://a.b/c"}}', ['test']],
    ['an empty one takes all', '{}', ['prod', 'test']],
  ])('over the parameters: %s', (_what, selector, expected) => {
    expect(
      paths(
        oneGenerator(
          `{list: {elements: [{env: prod, url: x}, {env: test, url: "https://a.b/c"}]}, selector: ${selector}}`,
          '{{env}}',
        ),
      ),
    ).toEqual(expected)
  })

  test('over flattened ones with Go templates, numbers and truths as texts', () => {
    expect(
      paths(
        go(
          '{list: {elements: [{a: {b: true}, n: x}, {a: {b: false}, n: y}]}, selector: {matchLabels: {a.b: "true"}}}',
          '{{.n}}',
        ),
      ),
    ).toEqual(['x'])
  })

  test('on the children of a matrix and a merge', () => {
    expect(
      paths(
        oneGenerator(
          '{matrix: {generators: [{list: {elements: [{a: x}, {a: y}]}, selector: {matchLabels: {a: y}}}, {list: {elements: [{b: z}]}}]}}',
          '{{a}}{{b}}',
        ),
      ),
    ).toEqual(['yz'])
    expect(
      paths(
        oneGenerator(
          '{merge: {mergeKeys: [k], generators: [{list: {elements: [{k: a}, {k: b}]}, selector: {matchLabels: {k: a}}}, {list: {elements: [{k: a, v: x}]}}]}}',
          '{{k}}{{v}}',
        ),
      ),
    ).toEqual(['ax'])
  })

  test('of what Git does not tell: perhaps', () => {
    const { applications } = generated(oneGenerator('{clusters: {}, selector: {matchLabels: {name: a}}}', 'x'))
    expect(applications.map(({ set }) => set.sure)).toEqual([false])
  })
})

describe('templates of generators, and patches (helm.md §1.5)', () => {
  test("a generator's own template: what it leaves empty comes from the ApplicationSet's", () => {
    const { plain } = generated(
      'generators:\n  - list: {elements: [{a: x}], template: {metadata: {}, spec: {project: "", source: {path: "own/{{a}}"}, destination: {}}}}\n  - list: {elements: [{a: y}]}\ntemplate: {metadata: {name: "n-{{a}}"}, spec: {project: base, source: {repoURL: r, path: p, helm: {valueFiles: [v]}}, destination: {namespace: d}}}\n',
    )
    expect(plain).toEqual([
      {
        metadata: { name: 'n-x' },
        spec: {
          project: 'base',
          source: { path: 'own/x', repoURL: 'r', helm: { valueFiles: ['v'] } },
          destination: { namespace: 'd' },
        },
      },
      {
        metadata: { name: 'n-y' },
        spec: {
          project: 'base',
          source: { repoURL: 'r', path: 'p', helm: { valueFiles: ['v'] } },
          destination: { namespace: 'd' },
        },
      },
    ])
  })

  const patched = (elements: string, patch: string) =>
    generated(
      `goTemplate: true\ngenerators: [{list: {elements: [${elements}]}}]\ntemplate: {metadata: {name: x}, spec: {project: p, source: {path: chart, helm: {valueFiles: [a.yaml]}}}}\ntemplatePatch: |\n${patch.replace(/^(?=.)/gm, '  ')}`,
    )

  test('templatePatch: a text that is filled in as a whole, then merged; lists are replaced', () => {
    const { plain } = patched(
      '{env: prod, files: [b.yaml, c.yaml]}, {env: test}',
      'spec:\n  project: mine\n  source:\n    helm:\n      {{- if .files }}\n      valueFiles:\n        {{- range .files }}\n        - {{ . }}\n        {{- end }}\n      {{- end }}\n      releaseName: r-{{ .env }}\n',
    )
    expect(plain).toMatchObject([
      {
        spec: {
          project: 'p',
          source: { path: 'chart', helm: { valueFiles: ['b.yaml', 'c.yaml'], releaseName: 'r-prod' } },
        },
      },
      { spec: { project: 'p', source: { path: 'chart', helm: { valueFiles: ['a.yaml'], releaseName: 'r-test' } } } },
    ])
  })

  test('a patch of toYaml', () => {
    const { plain } = patched(
      '{p: {x: {y: [1, z]}}}',
      'spec:\n  source:\n    helm:\n      valuesObject:\n        {{- toYaml .p | nindent 8 }}\n',
    )
    expect(plain).toMatchObject([{ spec: { source: { helm: { valuesObject: { x: { y: [1, 'z'] } } } } } }])
  })

  test('one that takes what Git does not tell is left out, and told', () => {
    const found = generated(
      'goTemplate: true\ngenerators: [{clusters: {}}]\ntemplate: {metadata: {name: x}, spec: {source: {path: p}}}\ntemplatePatch: "spec: {source: {path: {{.name}}}}"\n',
    )
    expect(found.unpatched).toBe(true)
    expect(found.paths).toEqual(['p'])
    expect(found.applications[0]?.set.sure).toBe(false)
  })

  test('one that is no YAML fails the set', () => {
    expect(patched('{a: x}', 'spec: [\n').fails).toBe('error while converting template to json')
  })
})

describe('generators that ask what is not in Git', () => {
  test.each(['scmProvider', 'pullRequest', 'clusterDecisionResource', 'plugin', 'misspelt'])('%s', (kind) => {
    const found = generated(oneGenerator(`{${kind}: {github: {}, values: {a: b}}}`, 'x/{{values.a}}/{{branch}}'))
    expect(found.unknown).toEqual([kind])
    expect(found.paths).toEqual([`x/b/${UNFILLED}`])
  })

  test('in a matrix with one that Git tells', () => {
    const found = generated(
      oneGenerator(
        '{matrix: {generators: [{scmProvider: {}}, {list: {elements: [{a: x}, {a: y}]}}]}}',
        '{{a}}/{{branch}}',
      ),
    )
    expect(found.paths).toEqual([`x/${UNFILLED}`, `y/${UNFILLED}`])
  })
})
