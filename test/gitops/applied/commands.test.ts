import { describe, expect, test } from 'vitest'
import { root } from '../../../src/files/root.ts'
import { commandsIn } from '../../../src/gitops/applied/commands.ts'
import { cpuTime } from '../../cpu-time.ts'

const FILES = [
  'overlays/prod/kustomization.yaml',
  'overlays/test/kustomization.yaml',
  'bootstrap/store.yaml',
  'scripts/local/app.yaml',
  'clusters/local/kustomization.yaml',
]
const folders = new Set(
  FILES.flatMap((file) => file.split('/').map((_, index, parts) => parts.slice(0, index).join('/'))),
)
const checkout = root('/r', new Set(FILES), folders, new Map())
const found = (relative: string, text: string) => commandsIn([{ file: relative, root: '/r', relative, text }], checkout)
const paths = (relative: string, text: string) =>
  found(relative, text).paths.map(({ path, span }) => `${path}:${span.line}`)

describe('paths that commands apply (applied.md §3.2)', () => {
  test.each<[string, string, string, string[]]>([
    ['kubectl apply -k', 'deploy.sh', 'kubectl apply -k overlays/prod', ['overlays/prod:1']],
    [
      'options before and after',
      'deploy.sh',
      'kubectl --context x -n y apply --server-side -k ./overlays/prod/',
      ['overlays/prod:1'],
    ],
    ['oc create -f of a file', 'deploy.sh', 'set -e\noc create -f bootstrap/store.yaml', ['bootstrap/store.yaml:2']],
    ['--filename=', 'deploy.sh', 'kubectl replace --filename=bootstrap/store.yaml', ['bootstrap/store.yaml:1']],
    [
      'several in one line',
      'deploy.sh',
      'kubectl apply -f bootstrap && kubectl apply -k overlays/test',
      ['bootstrap:1', 'overlays/test:1'],
    ],
    [
      'kustomize build in a workflow',
      '.github/workflows/ci.yml',
      'jobs:\n  a:\n    steps:\n      - run: kustomize build overlays/prod | kubeconform',
      ['overlays/prod:4'],
    ],
    ['kubectl kustomize', 'Makefile', 'x:\n\tkubectl kustomize overlays/prod', ['overlays/prod:2']],
    ['over two lines', 'Makefile', 'x:\n\tkubectl apply \\\n\t  -k overlays/prod', ['overlays/prod:2']],
    [
      'flux bootstrap',
      'README.md',
      '```\nflux bootstrap github --owner=o --path=clusters/local\n```',
      ['clusters/local:2'],
    ],
    [
      'flux create kustomization',
      'justfile',
      'flux create kustomization x --path ./overlays/test',
      ['overlays/test:1'],
    ],
    [
      'argocd app create',
      'Taskfile.yml',
      'cmds: [argocd app create x --repo y --path overlays/prod]',
      ['overlays/prod:1'],
    ],
    ['from the folder of its file', 'scripts/run.sh', 'kubectl apply -f local/app.yaml', ['scripts/local/app.yaml:1']],
    [
      'what another tool names (trap 23)',
      'ksail.yaml',
      'spec:\n  kustomizationFile: clusters/local',
      ['clusters/local:2'],
    ],
    ['a comment is none', 'deploy.sh', '# kubectl apply -k overlays/prod', []],
    [
      'an address, a pipe, a placeholder',
      'README.md',
      'kubectl apply -f https://example.com/x.yaml\nkubectl apply -f -\nkubectl apply -k <folder>',
      [],
    ],
    ['what is not there', 'deploy.sh', 'kubectl apply -k overlays/none', []],
    ['the whole repository says nothing', 'deploy.sh', 'kubectl apply -k .', []],
    ['a manifest that speaks of a command', 'apps/cm.yaml', 'data:\n  x: kubectl apply -k overlays/prod', []],
  ])('%s', (_what, file, text, expected) => {
    expect(paths(file, text)).toEqual(expected)
    expect(found(file, text).open).toEqual([])
  })

  test('a folder with -R is meant with all below', () => {
    expect(found('a.sh', 'kubectl apply -R -f bootstrap').paths).toMatchObject([{ path: 'bootstrap', deep: true }])
  })

  test.each([
    ['$ENV', 'kubectl apply -k overlays/$ENV'],
    ['${ENV}', 'kubectl apply -k "overlays/${ENV}"'],
    ['a matrix of a workflow', 'kustomize build overlays/${{ matrix.env }}'],
    ['a Taskfile', 'kubectl apply -k overlays/{{.ENV}}'],
    ['a Makefile', 'kubectl apply -k overlays/$(ENV)'],
    ['a glob', 'kubectl apply -f overlays/*'],
  ])('a variable stands for one segment, and what fits is open: %s', (_what, text) => {
    const { paths, open } = found('Makefile', text)
    expect(paths).toEqual([])
    expect(open.map((one) => one.text)).toEqual(['overlays/*'])
    expect(FILES.filter((file) => open[0]?.mayMean(file))).toEqual(FILES.slice(0, 2))
  })

  test('a loop over everything says nothing (trap 18)', () => {
    const { paths, open } = found('ci.sh', 'for d in overlays/*; do kustomize build $d; done')
    expect([paths, open]).toEqual([[], []])
  })

  test('long lines cost no more than they are long', () => {
    const used = cpuTime()
    for (const text of [
      `kubectl ${'--a '.repeat(200_000)}`,
      `kubectl apply ${'${'.repeat(200_000)}`,
      'oc '.repeat(400_000),
    ])
      expect(found('a.sh', text).paths).toEqual([])
    expect(used()).toBeLessThan(5000)
  })
})
