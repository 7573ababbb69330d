// Rendering against plain `kustomize build` of the same roots: time and processes, as ratios (target: 1.15). Both build the same
// copies, two at a time, so that roots which need Flux's additions or lack a file count on both sides.
// Usage: node bench/render.ts [FOLDER]. Without a folder, on a repository that it writes: 60 Flux Kustomizations over 60 overlays.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { readRepository } from '../src/manifests/read-repository.ts'
import { findKustomize } from '../src/manifests/render/kustomize-binary.ts'
import { workThrough } from '../src/manifests/render/render-queue.ts'
import { renderRepository } from '../src/manifests/render/render-repository.ts'
import { runProcess } from '../src/manifests/render/run-process.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)
const ROUNDS = Number(process.env.ROUNDS ?? 5)

function writeRepository(folder: string, count: number): void {
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), text)
  }
  for (let index = 0; index < count; index++) {
    const name = `app-${index}`
    write(
      `flux/${name}.yaml`,
      `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ${name}, namespace: flux-system}\nspec:\n  path: ./apps/${name}/prod\n  targetNamespace: ${name}\n  postBuild: {substitute: {ENV: prod}}\n`,
    )
    write(`apps/${name}/base/kustomization.yaml`, 'resources: [es.yaml, deployment.yaml, service.yaml]\n')
    write(
      `apps/${name}/base/es.yaml`,
      `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: ${name}}\nspec:\n  secretStoreRef: {kind: ClusterSecretStore, name: vault}\n  data:\n${Array.from({ length: 10 }, (_, item) => `    - secretKey: k${item}\n      remoteRef: {key: "apps/base/${name}", property: k${item}}\n`).join('')}`,
    )
    write(
      `apps/${name}/base/deployment.yaml`,
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec:\n  template:\n    spec:\n      containers:\n        - {name: app, image: "example.com/app:1"}\n`,
    )
    write(
      `apps/${name}/base/service.yaml`,
      `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {ports: [{port: 80}]}\n`,
    )
    write(
      `apps/${name}/prod/kustomization.yaml`,
      `resources: [../base]\nnamespace: ${name}\npatches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: "apps/\${ENV}/${name}"}\n`,
    )
  }
}

async function main(given: string | undefined): Promise<void> {
  const binary = await findKustomize(runProcess, process.env.PATH ?? '')
  if (binary === undefined) throw new Error('There is no kustomize 5 and no kubectl on PATH.')
  const work = mkdtempSync(path.join(tmpdir(), 'eso-vault-bench-'))
  try {
    const folder = given === undefined ? path.join(work, 'repository') : path.resolve(given)
    if (given === undefined) writeRepository(folder, 60)
    const repository = await readRepository(['.'], { cwd: folder, variables: {} })
    const ours: number[] = []
    const plain: number[] = []
    let processes = 0
    let folders: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      folders = []
      const rendered = await renderRepository(repository, {
        binary,
        run: (command, args, options) => {
          folders.push(args.at(-1) as string)
          return runProcess(command, args, options)
        },
        temporary: path.join(work, `round-${round}`),
        allowRemoteBases: false,
        enableHelm: false,
        variables: {},
      })
      ours.push(rendered.stats.milliseconds)
      processes = rendered.stats.processes
      for (const one of folders) {
        const file = path.join(one, 'kustomization.yaml')
        const { buildMetadata: _, ...rest } = JSON.parse(readFileSync(file, 'utf8'))
        writeFileSync(file, JSON.stringify(rest))
      }
      const began = performance.now()
      await workThrough(
        folders,
        2,
        async (one) => {
          const settings = {
            cwd: work,
            timeout: 60_000,
            maxBuffer: 64 * 1024 * 1024,
            env: { HOME: '/nonexistent', PATH: '' },
          }
          await runProcess(binary.command, [...binary.args, one], settings)
          return []
        },
        () => [],
      )
      plain.push(performance.now() - began)
    }
    const best = (times: readonly number[]) => Math.min(...times)
    const ratio = best(ours) / best(plain)
    print(
      `${binary.args[0] === 'build' ? 'kustomize' : 'kubectl'} ${binary.version}, ${folders.length} roots, best of ${ROUNDS}`,
    )
    print(`render          ${Math.round(best(ours))} ms, ${processes} processes`)
    print(`kustomize build ${Math.round(best(plain))} ms, ${folders.length} processes`)
    print(
      `ratio           ${ratio.toFixed(2)} (time), ${(processes / folders.length).toFixed(2)} (processes); target 1.15`,
    )
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

await main(process.argv[2])
