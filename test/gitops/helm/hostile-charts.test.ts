import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Run } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import { helmsForTests, type TestHelm } from '../render/helm-binary.ts'
import { tree } from '../tree.ts'
import { chartYaml, secretTemplate } from './render-charts.ts'
import { placedText, renderFolder, renderOne } from './render-one.ts'

const helms = await helmsForTests()
const KEY = ['spec', 'data', 0, 'remoteRef', 'key'] as const
const CANARY = 'canary-content'

let server: Server
let address = ''
const asked: string[] = []
let outside = ''
const env = { ...process.env }

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  outside = mkdtempSync(join(tmpdir(), 'eso-vault-outside-'))
  writeFileSync(join(outside, 'canary.txt'), CANARY)
  writeFileSync(join(outside, 'es.yaml'), secretTemplate(CANARY))
  // What helm would take from the environment, where it saw it.
  Object.assign(process.env, {
    HELM_PLUGINS: outside,
    HELM_NAMESPACE: CANARY,
    KUBECONFIG: join(outside, 'canary.txt'),
    CANARY,
  })
})

afterAll(() => {
  for (const name of ['HELM_PLUGINS', 'HELM_NAMESPACE', 'KUBECONFIG', 'CANARY'])
    if (env[name] === undefined) delete process.env[name]
    else process.env[name] = env[name]
  rmSync(outside, { recursive: true, force: true })
  server.close()
})

const base = { 'Chart.yaml': chartYaml('web'), 'values.yaml': '{}\n' }

/** Limits of a test are shorter than those of a run: what must end is ended by the same hand. */
const hasty: Run = (command, args, options) =>
  runProcess(command, args, { ...options, timeout: 3_000, processorSeconds: 2 })

describe.each(helms)('hostile charts (helm.md §4.6), with $name', (helm) => {
  const isUntouched = (output: unknown) => {
    expect(asked).toEqual([])
    expect(JSON.stringify(output)).not.toContain(CANARY)
    expect(readFileSync(join(outside, 'canary.txt'), 'utf8')).toBe(CANARY)
  }

  test('symbolic links: a template, a file and a folder outside are not there; inside the repository they are followed', async () => {
    const cwd = tree({
      'chart/Chart.yaml': chartYaml('web'),
      'chart/values.yaml': '{}\n',
      'chart/templates/es.yaml': secretTemplate(
        'a{{ .Files.Get "link.txt" }}{{ .Files.Get "folder/canary.txt" }}{{ .Files.Get "own.txt" }}',
      ),
      'shared/own.txt': '-own',
      'shared/_helper.tpl': '{{ define "shared" }}helped{{ end }}',
      'chart/templates/second.yaml': secretTemplate('{{ include "shared" . }}', 'pw', 'second'),
    })
    symlinkSync(join(outside, 'canary.txt'), join(cwd, 'chart/link.txt'))
    symlinkSync(outside, join(cwd, 'chart/folder'))
    symlinkSync(join(outside, 'es.yaml'), join(cwd, 'chart/templates/leak.yaml'))
    symlinkSync('../shared/own.txt', join(cwd, 'chart/own.txt'))
    symlinkSync('../../shared/_helper.tpl', join(cwd, 'chart/templates/_helper.tpl'))
    const output = await renderFolder(helm, cwd, [], { chart: 'chart' })
    expect(output.objects.map((one) => one.told(KEY).split(' @ ')[0])).toEqual(['a-own', 'helped'])
    isUntouched(output)
  })

  test('a schema that names an address or a file is not there', async () => {
    const schema = (reference: string) =>
      JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', $ref: reference })
    for (const reference of [`${address}/schema.json`, `file://${outside}/canary.txt`]) {
      const output = await renderOne(helm, {
        ...base,
        'values.schema.json': schema(reference),
        'templates/es.yaml': secretTemplate('a'),
        'charts/sub/Chart.yaml': chartYaml('sub'),
        'charts/sub/values.schema.json': schema(reference),
      })
      expect(output.failure).toBeUndefined()
      isUntouched(output)
    }
  })

  test('names, clusters, the environment and templates of names that look like options give nothing', async () => {
    const template = secretTemplate(
      'a{{ getHostByName "localhost" }}{{ lookup "v1" "Secret" "" "" | len }}{{ .Values.x | default "" }}',
    )
    const output = await renderOne(helm, { ...base, 'templates/es.yaml': template })
    expect(output.objects[0]?.told(KEY)).toMatch(/^a0 @/)
    isUntouched(output)
    for (const word of ['env "CANARY"', 'expandenv "$CANARY"']) {
      const refused = await renderOne(helm, { ...base, 'templates/es.yaml': secretTemplate(`{{ ${word} }}`) })
      expect(refused.failure?.why).toMatchObject({ code: 'helm-fails' })
      isUntouched(refused)
    }
  })

  test('a release, a namespace and parameters that look like options are words', async () => {
    const name = '--post-renderer=/bin/true'
    const output = await renderOne(helm, { ...base, 'templates/es.yaml': secretTemplate('{{ .Values.p }}') }, [
      { from: 'set', name: 'p', value: placedText(`${outside},x=--kube-token`), as: 'string' },
    ])
    expect(output.objects[0]?.told(KEY)).toContain(`${outside},x=--kube-token @ app.yaml:1`)
    const refused = await renderOne(helm, { ...base, 'templates/es.yaml': secretTemplate('a') }, [], {
      release: { name: placedText(name) },
    })
    expect(refused.failure?.why).toMatchObject({ code: 'helm-fails' })
    isUntouched([refused, asked])
  })

  test('dependencies of addresses and of folders outside are left out, and nothing is fetched', async () => {
    const output = await renderOne(helm, {
      'Chart.yaml': chartYaml(
        'web',
        `dependencies:\n  - {name: a, version: 1.10.0, repository: "${address}"}\n  - {name: b, version: 1.0.0, repository: "file://${outside}"}\n  - {name: c, version: 1.0.0, repository: "file://../../.."}\n`,
      ),
      'Chart.lock': 'dependencies: []\n',
      'templates/es.yaml': secretTemplate('a'),
    })
    expect(output.failure).toBeUndefined()
    expect(output.missing.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    expect(output.objects).toHaveLength(1)
    isUntouched(output)
  })

  test.each([
    ['include in itself', '{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}'],
    ['template in itself', '{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}'],
    ['tpl in itself', '{{ define "r" }}{{ tpl "{{ include \\"r\\" . }}" . }}{{ end }}{{ include "r" . }}'],
    ['a range without end', '{{ range untilStep 0 2147483647 1 }}a{{ end }}'],
    [
      'ten thousand million',
      `{{ define "x0" }}a{{ end }}${Array.from({ length: 10 }, (_, i) => `{{ define "x${i + 1}" }}${`{{ include "x${i}" . }}`.repeat(10)}{{ end }}`).join('')}{{ include "x10" . | len }}`,
    ],
    ['a gigabyte of output', '{{ range until 1000 }}{{ repeat 1048576 "a" }}{{ end }}'],
  ])(
    '%s is ended',
    async (_name, hostile) => {
      const output = await renderOne(
        helm,
        { ...base, 'templates/es.yaml': `${secretTemplate('a')}# ${hostile}\n` },
        [],
        { run: hasty },
      )
      expect(output.objects).toEqual([])
      expect(['helm-fails', 'helm-stopped', 'output-too-large']).toContain(output.failure?.why.code)
      expect(JSON.stringify(output.failure).length).toBeLessThan(1_000)
      isUntouched(output)
    },
    120_000,
  )
})

test.skipIf(helms.length === 0)('a chart of more files than anybody has is not copied', async () => {
  const files: Record<string, string> = { ...base, 'templates/es.yaml': secretTemplate('a{{ .Files.Get "x" }}') }
  for (let at = 0; at < 5_100; at++) files[`files/f${at}`] = ''
  const output = await renderOne(helms[0] as TestHelm, files)
  expect(output.failure?.why).toMatchObject({ code: 'chart-refused' })
  expect(output.processes).toBe(0)
})

test('a helm that ignores every signal that can be ignored is gone when its time is over', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eso-vault-stubborn-'))
  const command = join(folder, 'helm')
  const pids = join(folder, 'pids')
  writeFileSync(
    command,
    `#!/bin/sh\ntrap '' TERM INT HUP\n/bin/sh -c 'trap "" TERM; /bin/sleep 60' &\necho $$ $! > ${pids}\nwhile :; do /bin/sleep 1; done\n`,
  )
  chmodSync(command, 0o755)
  try {
    const stubborn = { name: 'stubborn', folder, binary: { command, version: 'v4.0' } }
    const output = await renderOne(stubborn, { ...base, 'templates/es.yaml': secretTemplate('a') }, [], {
      run: (program, args, options) => runProcess(program, args, { ...options, timeout: 1_500 }),
    })
    expect(output.failure?.why).toEqual({ code: 'helm-stopped', by: 'time', limit: 30 })
    const alive = readFileSync(pids, 'utf8')
      .trim()
      .split(' ')
      .filter((pid) => isAlive(Number(pid)))
    expect(alive).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A zombie waits for whoever reaps it, and runs no more.
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .startsWith('Z')
  } catch {
    return false
  }
}
