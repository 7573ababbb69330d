// What it costs to render N environments of a chart, with the line of each field and without, against plain `helm template` of the same,
// two processes at a time each. Usage: npm run bench -- helm [N], with `helm` on PATH or helm3 and helm4 in .cache/bin.
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { discover } from '../src/files/discover.ts'
import { GO_RUNTIME } from '../src/gitops/build/build-root.ts'
import { checkout as openCheckout } from '../src/gitops/checkout.ts'
import { renderRelease } from '../src/gitops/helm/render-release.ts'
import { helmRunner } from '../src/gitops/helm/run-helm.ts'
import { placeAt } from '../src/gitops/helm/template-lines.ts'
import { parseFiles } from '../src/gitops/objects/parsed-files.ts'
import { placedAt, textAt } from '../src/gitops/placed/placed.ts'
import { type HelmBinary, searchHelm } from '../src/gitops/process/helm-binary.ts'
import { runProcess } from '../src/gitops/process/run-process.ts'
import { NO_DEADLINE } from '../src/model/deadline.ts'
import { createPool } from '../src/model/pool.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)
const ROUNDS = 5
const PLACE = placeAt({ file: 'app.yaml', line: 1, column: 1, endLine: 1, endColumn: 1 })

/** A chart as services have it: what it runs, and an ExternalSecret of four keys. */
function writeChart(folder: string, environments: number): void {
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  write('Chart.yaml', 'apiVersion: v2\nname: web\nversion: 0.1.0\n')
  write(
    'values.yaml',
    'team: none\nenv: none\nimage: {repository: web, tag: "1"}\nreplicas: 1\nhosts: [a.example.com]\n',
  )
  for (let at = 0; at < environments; at++)
    write(`values-${at}.yaml`, `team: team-${at}\nenv: env-${at}\nreplicas: ${at}\n`)
  write(
    'templates/_helpers.tpl',
    '{{- define "web.name" -}}{{ .Release.Name }}-web{{- end }}\n{{- define "web.labels" -}}\napp: {{ include "web.name" . }}\nteam: {{ .Values.team }}\n{{- end }}\n',
  )
  const object = (kind: string, apiVersion: string, spec: string) =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: {{ include "web.name" . }}\n  labels: {{- include "web.labels" . | nindent 4 }}\nspec:\n${spec}`
  for (const name of ['deployment', 'worker', 'cron'])
    write(
      `templates/${name}.yaml`,
      object(
        'Deployment',
        'apps/v1',
        '  replicas: {{ .Values.replicas }}\n  template:\n    spec:\n      containers:\n        - name: web\n          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n          envFrom: [{secretRef: {name: web}}]\n',
      ),
    )
  write('templates/service.yaml', object('Service', 'v1', '  ports: [{port: 80}]\n'))
  write(
    'templates/ingress.yaml',
    object(
      'Ingress',
      'networking.k8s.io/v1',
      '  rules:\n    {{- range .Values.hosts }}\n    - host: {{ . }}\n    {{- end }}\n',
    ),
  )
  const item = (key: string) =>
    `    - secretKey: ${key}\n      remoteRef:\n        key: apps/{{ .Values.team }}/{{ .Values.env }}/${key}\n        property: ${key}\n`
  write(
    'templates/external-secret.yaml',
    object(
      'ExternalSecret',
      'external-secrets.io/v1',
      `  secretStoreRef: {name: vault, kind: ClusterSecretStore}\n  data:\n${['a', 'b', 'c', 'd'].map(item).join('')}`,
    ),
  )
}

async function helms(work: string): Promise<HelmBinary[]> {
  const cache = join(import.meta.dirname, '../.cache/bin')
  const found: HelmBinary[] = []
  for (const name of ['helm3', 'helm4']) {
    if (!existsSync(join(cache, name))) continue
    mkdirSync(join(work, name))
    symlinkSync(join(cache, name), join(work, name, 'helm'))
    const { binary } = await searchHelm(runProcess, join(work, name))
    if (binary !== undefined) found.push(binary)
  }
  if (found.length > 0) return found
  const { binary } = await searchHelm(runProcess, process.env.PATH ?? '')
  return binary === undefined ? [] : [binary]
}

/** The medians of some rounds, of which each does all the work in turn: a noisy moment hits all alike. */
async function medians(works: readonly (() => Promise<void>)[]): Promise<number[]> {
  const times = works.map((): number[] => [])
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, work] of works.entries()) {
      const began = performance.now()
      await work()
      times[index]?.push(performance.now() - began)
    }
  return times.map((all) => all.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] as number)
}

const work = mkdtempSync(join(tmpdir(), 'eso-vault-bench-helm-'))
try {
  const count = Number(process.argv[2] ?? 12)
  const folder = join(work, 'chart')
  writeChart(folder, count)
  const { files, roots } = await discover(['.'], { cwd: folder })
  const { documents } = parseFiles(files, roots)
  const environments = Array.from({ length: count }, (_, at) => `values-${at}.yaml`)
  const found = await helms(work)
  if (found.length === 0) throw new Error('there is no helm to measure: .ci/install-helm installs both')
  for (const binary of found) {
    const plain = (env: Readonly<Record<string, string>>) => async () => {
      const pool = createPool(2)
      const results = await Promise.all(
        environments.map((file) =>
          pool(() =>
            runProcess(binary.command, ['template', 'rel', folder, '--namespace', 'apps', '-f', join(folder, file)], {
              cwd: work,
              timeout: 60_000,
              maxBuffer: 64 * 1024 * 1024,
              env: { PATH: '', HOME: '/nonexistent', ...env },
            }),
          ),
        ),
      )
      if (results.some(({ code }) => code !== 0)) throw new Error(`helm fails: ${results[0]?.stderr}`)
    }
    const ours = (keysOnly: boolean) => async () => {
      const root = roots[0] as (typeof roots)[number]
      const checkout = openCheckout({ root, files, documents, options: { allowRemoteBases: false, enableHelm: false } })
      const stats = { processes: 0, processMilliseconds: 0 }
      const temporary = mkdtempSync(join(work, 'run-'))
      const { template } = helmRunner(
        checkout.tree,
        { binary, run: runProcess, temporary },
        new Map(),
        stats,
        NO_DEADLINE,
      )
      const outputs = await Promise.all(
        environments.map((file) =>
          renderRelease(
            checkout,
            {
              chart: '',
              name: placedAt(PLACE, 'rel'),
              namespace: placedAt(PLACE, 'apps'),
              layers: [{ from: 'file', file }],
            },
            { template, apiVersions: [], keysOnly },
          ),
        ),
      )
      const secrets = outputs.map(({ objects }) =>
        objects.filter(({ node }) => textAt(node, 'kind') === 'ExternalSecret'),
      )
      if (secrets.some(({ length }) => length !== 1)) throw new Error('an object is missing')
      if (stats.processes !== count * (keysOnly ? 1 : 2)) throw new Error(`${stats.processes} processes`)
    }
    const [bare, same, withLines, without] = await medians([plain({}), plain(GO_RUNTIME), ours(false), ours(true)])
    const line = (name: string, time = 0) => print(`${name.padEnd(56)} ${(time / (bare as number)).toFixed(2)}`)
    line(`helm ${binary.version} template, ${count} environments`, bare)
    line('the same with our settings of the Go runtime', same)
    line('rendered with lines (at most 2.3)', withLines)
    line('rendered without lines (at most 1.2)', without)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
