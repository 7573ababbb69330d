// Rendering against plain `kustomize build` of the same roots: time and processes, as ratios (target: 1.15).
//
// The plain side is what a script would do: `kustomize build` in the repository's own folders, once for each distinct thing that is
// built, two at a time, started by the same Node program. A root that has no such folder (Flux adds patches or Components, or generates
// the kustomization) or does not build there (a file is missing) is built from the copy that we made, so that both sides build the same.
// Ours is everything between the files that were found and finished Manifests: parsing, reading, copying, kustomize, locating; processes
// that we start in vain or twice count.
// Rounds are paired, plain after ours, and the median of the pairs is the ratio, so that what else the machine does counts on both
// sides; processor time says the same with less noise. "same runtime" is plain `kustomize build` with the settings of Go's runtime that we give it: what remains is our own work.
//
// Usage: node bench/render.ts [FOLDER...]. Without a folder, on a repository that it writes: 60 Flux Kustomizations over 60 overlays.
// Each is measured for the roots that a check renders (where a patch decides), and for all roots.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Discovery, discover } from '../src/files/discover.ts'
import { GO_RUNTIME } from '../src/gitops/build/build-root.ts'
import { type KustomizeBinary, searchKustomize } from '../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../src/gitops/process/run-process.ts'
import { type Repository, readDiscovered } from '../src/gitops/read-repository.ts'
import { createPool } from '../src/model/pool.ts'

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

/** Milliseconds: on the clock, and of processors, our own and those of the processes that ended. */
interface Cost {
  readonly wall: number
  readonly cpu: number
}

interface Round {
  readonly ours: Cost
  readonly plain: Cost
  readonly tuned: Cost
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const began = performance.now()
  const before = cpu()
  await work()
  return { wall: performance.now() - began, cpu: cpu() - before }
}

/** User and system time of this process and its ended children, in hundredths of a second as Linux counts them; 0 elsewhere. */
function cpu(): number {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]) * 10, 0)
  } catch {
    return 0
  }
}

async function main(given: readonly string[]): Promise<void> {
  const { binary } = await searchKustomize(runProcess, process.env.PATH ?? '')
  if (binary === undefined) throw new Error('There is no kustomize 5 and no kubectl on PATH.')
  const work = mkdtempSync(path.join(tmpdir(), 'eso-vault-bench-'))
  print(
    `${binary.args[0] === 'build' ? 'kustomize' : 'kubectl'} ${binary.version}, ${ROUNDS} paired rounds; target 1.15`,
  )
  print(
    `${'repository'.padEnd(28)} ${'roots'.padEnd(6)} built  ours ms  plain ms   time    cpu  processes  same runtime    cpu`,
  )
  try {
    const own = path.join(work, 'synthetic')
    if (given.length === 0) writeRepository(own, 60)
    for (const folder of given.length === 0 ? [own] : given.map((one) => path.resolve(one))) {
      const discovery = await discover(['.'], { cwd: folder })
      for (const roots of ['open', 'all'] as const)
        await measure(binary, { discovery, folder, roots, work: path.join(work, 'rounds') })
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

interface Subject {
  readonly discovery: Discovery
  readonly folder: string
  readonly roots: 'open' | 'all'
  readonly work: string
}

async function measure(binary: KustomizeBinary, { discovery, folder, roots, work }: Subject): Promise<void> {
  const render = (temporary: string) =>
    readDiscovered(discovery, {
      variables: {},
      buildAll: roots === 'all',
      kustomize: async () => ({
        kustomize: { binary, run: runProcess, temporary, environment: {} },
        unusable: [],
      }),
    })
  const build = (one: string, runtime: Readonly<Record<string, string>>) =>
    runProcess(binary.command, [...binary.args, one], {
      cwd: work,
      timeout: 60_000,
      maxBuffer: 64 * 1024 * 1024,
      env: { HOME: '/nonexistent', PATH: '', ...runtime },
    })
  const name = path.basename(folder).padEnd(28)
  mkdirSync(work, { recursive: true })
  // The first rendering warms up, and says what there is to build.
  const first = await render(path.join(work, 'first'))
  const folders = await plainFolders(first, folder, async (one) => (await build(one, {})).code === 0)
  if (folders.length === 0) {
    print(`${name} ${roots.padEnd(6)} ${'0'.padStart(5)}`)
    rmSync(work, { recursive: true, force: true })
    return
  }
  const buildAll = async (runtime: Readonly<Record<string, string>>): Promise<void> => {
    const pool = createPool(2)
    await Promise.all(folders.map((one) => pool(() => build(one, runtime))))
  }
  const rounds: Round[] = []
  let processes = 0
  for (let round = 0; round < ROUNDS; round++) {
    const ours = await costOf(async () => {
      processes = (await render(path.join(work, String(round)))).stats.processes
    })
    rounds.push({ ours, plain: await costOf(() => buildAll({})), tuned: await costOf(() => buildAll(GO_RUNTIME)) })
    rmSync(path.join(work, String(round)), { recursive: true, force: true })
  }
  const of = (pick: (round: Round) => number, digits: number, width: number) =>
    median(rounds.map(pick)).toFixed(digits).padStart(width)
  print(
    [
      name,
      roots.padEnd(6),
      String(folders.length).padStart(5),
      of(({ ours }) => ours.wall, 0, 8),
      of(({ plain }) => plain.wall, 0, 9),
      of(({ ours, plain }) => ours.wall / plain.wall, 2, 6),
      of(({ ours, plain }) => ours.cpu / plain.cpu, 2, 6),
      (processes / folders.length).toFixed(2).padStart(10),
      of(({ ours, tuned }) => ours.wall / tuned.wall, 2, 13),
      of(({ ours, tuned }) => ours.cpu / tuned.cpu, 2, 6),
    ].join(' '),
  )
  rmSync(work, { recursive: true, force: true })
}

/** What plain `kustomize build` is run on: for each copy that was built, the repository's own folder if that builds. */
async function plainFolders(
  { outputs }: Repository,
  folder: string,
  builds: (folder: string) => Promise<boolean>,
): Promise<string[]> {
  const ofCopy = new Map(outputs.flatMap(({ root, copy }) => (copy === undefined ? [] : [[copy, root] as const])))
  const found: string[] = []
  for (const [copy, root] of ofCopy) {
    const plain = path.join(folder, root.folder)
    if (root.build.by === 'kustomize' && !root.build.changed && (await builds(plain))) {
      found.push(plain)
      continue
    }
    // Asking for origins is ours; a plain build does not.
    const file = path.join(copy, 'kustomization.yaml')
    const { buildMetadata: _, ...rest } = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify(rest))
    found.push(copy)
  }
  return found
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] as number
}

await main(process.argv.slice(2))
