// What a check costs, as named benches. Usage: npm run bench [-- NAME...] [--rounds N] [--json FILE]; see bench/README.md.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { createJudge } from '../src/chain/judge.ts'
import { GO_RUNTIME } from '../src/gitops/build/build-root.ts'
import { createPool } from '../src/model/pool.ts'
import { EXTERNAL_SECRET_SCHEMA, policiesOf, policyFact, writeFiles, writeSecrets } from './inputs.ts'
import { measureLive } from './live.ts'
import { type Cost, inTurns, node, once, ours, PROGRAM, ROOT } from './measure.ts'

interface Row extends Partial<Cost> {
  readonly what: string
  /** Against the row that it is compared with. */
  readonly ratio?: number
}

interface Result {
  readonly rows: readonly Row[]
  /** One for each bar: what was to be reached, what was, and whether less is better. */
  readonly bars: readonly {
    readonly what: string
    readonly bar: number
    readonly is: number
    readonly atLeast?: true
  }[]
}

/** Something that the bench needs is not here. */
class Missing extends Error {}

interface Bench {
  readonly about: string
  readonly run: (work: string, rounds: number) => Promise<Result>
}

const folderOf = (work: string, name: string, write: (folder: string) => void): string => {
  const folder = join(work, name)
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true })
    write(folder)
  }
  return folder
}

const onPath = (name: string): string => {
  const found = (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, name))
    .find(existsSync)
  if (found === undefined) throw new Missing(`${name} is not on PATH`)
  return found
}

/** A repository of the corpus in a Git of its own: two commits, one changed key between them. */
function infraDeployments(work: string): { readonly folder: string; readonly changed: string } {
  const archive = join(process.env.CORPUS ?? '', 'infra-deployments.tar.gz')
  if (!existsSync(archive)) throw new Missing('CORPUS names no folder with infra-deployments.tar.gz')
  const folder = join(work, 'infra-deployments')
  const changed = 'components/authentication/base/admin-checker/external-secrets/rhtap-infra-secrets.yaml'
  if (existsSync(folder)) return { folder, changed }
  const run = (command: string, args: readonly string[], cwd: string) => {
    const who = command === 'git' ? ['-c', 'user.name=a', '-c', 'user.email=a@example.com'] : []
    if (spawnSync(command, [...who, ...args], { cwd }).status !== 0) throw new Error(`${command} ${args[0]} failed`)
  }
  run('tar', ['xzf', archive], work)
  run('git', ['init', '-q', '-b', 'main'], folder)
  run('git', ['add', '-A'], folder)
  run('git', ['commit', '-q', '-m', 'before'], folder)
  run('git', ['checkout', '-q', '-b', 'topic'], folder)
  const file = join(folder, changed)
  writeFileSync(file, readFileSync(file, 'utf8').replace(/(\bkey: \S+)/, '$1-changed'))
  run('git', ['commit', '-q', '-a', '-m', 'after'], folder)
  return { folder, changed }
}

/** Every folder of a repository that `kustomize build` would be run in: those that no other kustomization includes. */
function topFolders(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && /^kustomization\.ya?ml$/.test(entry.name),
  )
  const included = new Set<string>()
  const tops: string[] = []
  for (const { parentPath, name } of files) {
    const text = readFileSync(join(parentPath, name), 'utf8')
    for (const [, entry = ''] of text.matchAll(/^\s*-\s+["']?(\.{1,2}\/[^\s"'#]+|[\w][\w./-]*)["']?\s*$/gm))
      included.add(join(parentPath, entry))
    if (!/^kind:\s*Component/m.test(text)) tops.push(parentPath)
  }
  return tops.filter((one) => !included.has(one)).sort()
}

const BENCHES: Readonly<Record<string, Bench>> = {
  start: {
    about: 'Start: a check of a small repository against an empty program',
    async run(_, rounds) {
      const { empty, check, version } = await inTurns(
        {
          empty: node(['-e', '0'], ROOT),
          version: ours(['--version'], ROOT),
          check: ours(['check', 'examples/soyo/as-fixed'], ROOT),
        },
        Math.max(rounds, 9),
      )
      return {
        rows: [
          { what: 'node -e 0', ...empty },
          { what: 'eso-vault --version', ...version, ratio: version.cpu / empty.cpu },
          { what: 'eso-vault check examples/soyo/as-fixed', ...check, ratio: check.cpu / empty.cpu },
        ],
        bars: [
          { what: 'check', bar: 4, is: check.cpu / empty.cpu },
          { what: '--version', bar: 1.5, is: version.cpu / empty.cpu },
        ],
      }
    },
  },
  changed: {
    about: 'A pull request of one changed key on infra-deployments, against checking everything',
    async run(work, rounds) {
      const { folder } = infraDeployments(work)
      const { all, changed } = await inTurns(
        {
          all: ours(['check', '.', '--report-scope', 'all'], folder),
          changed: ours(['check', '.', '--report-scope', 'changed'], folder),
        },
        rounds,
      )
      return {
        rows: [
          { what: 'everything', ...all },
          { what: 'the change', ...changed, ratio: changed.cpu / all.cpu },
        ],
        bars: [
          { what: 'seconds', bar: 3, is: changed.wall / 1_000 },
          { what: 'against everything', bar: 0.25, is: changed.cpu / all.cpu },
        ],
      }
    },
  },
  everything: {
    about:
      'Everything on infra-deployments, against plain `kustomize build` of its top folders, two at a time, same collector settings',
    async run(work, rounds) {
      const { folder } = infraDeployments(work)
      const kustomize = onPath('kustomize')
      const tops = topFolders(folder)
      const plain = async (): Promise<Cost> => {
        const pool = createPool(2)
        const began = performance.now()
        const args = (top: string) => ['build', '--load-restrictor', 'LoadRestrictionsNone', top]
        const ok = Array.from({ length: 256 }, (_, code) => code)
        const each = await Promise.all(
          tops.map((top) =>
            pool(() => once({ command: kustomize, args: args(top), cwd: folder, env: GO_RUNTIME, ok })),
          ),
        )
        return { wall: performance.now() - began, cpu: each.reduce((sum, { cpu }) => sum + cpu, 0) }
      }
      const costs = await inTurns({ plain, check: ours(['check', '.', '--report-scope', 'all'], folder) }, rounds)
      return {
        rows: [
          { what: `kustomize build, ${tops.length} folders`, ...costs.plain },
          { what: 'eso-vault check', ...costs.check, ratio: costs.check.cpu / costs.plain.cpu },
        ],
        bars: [
          { what: 'wall', bar: 1.2, is: costs.check.wall / costs.plain.wall },
          { what: 'processor', bar: 1.2, is: costs.check.cpu / costs.plain.cpu },
        ],
      }
    },
  },
  secrets: {
    about: '10,000 ExternalSecrets of three references, against kubeconform on the same files',
    async run(work, rounds) {
      const folder = folderOf(work, 'secrets', (to) => writeSecrets(to, { count: 10_000, items: 3 }))
      const schema = join(work, 'schema.json')
      writeFileSync(schema, EXTERNAL_SECRET_SCHEMA)
      const check = ours(['check', '.'], folder)
      try {
        const kubeconform = onPath('kubeconform')
        const args = ['-schema-location', schema, '-n', '2', 'apps']
        const costs = await inTurns(
          { kubeconform: { command: kubeconform, args, cwd: folder, ok: [0, 1] }, check },
          rounds,
        )
        return {
          rows: [
            { what: 'kubeconform -n 2', ...costs.kubeconform },
            { what: 'eso-vault check', ...costs.check, ratio: costs.check.cpu / costs.kubeconform.cpu },
          ],
          bars: [
            { what: 'wall', bar: 1.5, is: costs.check.wall / costs.kubeconform.wall },
            { what: 'processor', bar: 1.5, is: costs.check.cpu / costs.kubeconform.cpu },
            { what: 'MiB', bar: 250, is: costs.check.mib ?? Number.NaN },
          ],
        }
      } catch (error) {
        if (!(error instanceof Missing)) throw error
        const costs = await inTurns({ check }, rounds)
        return {
          rows: [{ what: `eso-vault check (${error.message})`, ...costs.check }],
          bars: [{ what: 'MiB', bar: 250, is: costs.check.mib ?? Number.NaN }],
        }
      }
    },
  },
  kustomized: {
    about: 'A quarter of 10,000 ExternalSecrets in patched kustomizations, against all outside',
    async run(work, rounds) {
      const plain = folderOf(work, 'secrets', (to) => writeSecrets(to, { count: 10_000, items: 3 }))
      const mixed = folderOf(work, 'kustomized', (to) =>
        writeSecrets(to, { count: 10_000, items: 3, kustomized: 2_500 }),
      )
      const costs = await inTurns({ plain: ours(['check', '.'], plain), mixed: ours(['check', '.'], mixed) }, rounds)
      return {
        rows: [
          { what: 'all outside', ...costs.plain },
          { what: 'a quarter in kustomizations', ...costs.mixed, ratio: costs.mixed.cpu / costs.plain.cpu },
        ],
        bars: [{ what: 'processor', bar: 2, is: costs.mixed.cpu / costs.plain.cpu }],
      }
    },
  },
  files: {
    about: '100,000 files of which 2,000 matter, against reading their bytes',
    async run(work, rounds) {
      const folder = folderOf(work, 'files', (to) => writeFiles(to, { count: 100_000, matter: 2_000 }))
      const twice = folderOf(work, 'files-twice', (to) => writeFiles(to, { count: 198_000, matter: 2_000 }))
      const read = `const fs=require('fs');for(const e of fs.readdirSync('.',{recursive:true,withFileTypes:true}))if(e.isFile())fs.readFileSync(e.parentPath+'/'+e.name)`
      const costs = await inTurns(
        {
          read: { command: process.execPath, args: ['-e', read], cwd: folder },
          check: ours(['check', '.'], folder),
          twice: ours(['check', '.'], twice),
        },
        rounds,
      )
      const grown = (costs.twice.mib ?? 0) / (costs.check.mib ?? 1)
      return {
        rows: [
          { what: 'reading their bytes', ...costs.read },
          { what: 'eso-vault check', ...costs.check, ratio: costs.check.cpu / costs.read.cpu },
          { what: 'the same, the rest twice as many', ...costs.twice, ratio: costs.twice.cpu / costs.check.cpu },
        ],
        bars: [
          { what: 'wall', bar: 3, is: costs.check.wall / costs.read.wall },
          { what: 'processor', bar: 3, is: costs.check.cpu / costs.read.cpu },
          { what: 'memory when the rest doubles', bar: 1.1, is: grown },
        ],
      }
    },
  },
  decisions: {
    about: 'Decisions of policies in a second, in one process',
    async run() {
      const rows: Row[] = []
      const rates = new Map<string, number>()
      for (const rules of [1_000, 10_000, 100_000]) {
        const judge = createJudge()
        // A server takes no text of 100,000 rules: a token has many policies then.
        const policies = policiesOf(rules).map((text, index) => policyFact(`eso-${index}`, text))
        const token: Parameters<typeof judge.decide>[1] = { withDefault: false, textless: [] }
        const asks: Readonly<Record<string, (index: number) => string>> = {
          'a rule allows': (index) => `kv/data/team-${index % rules}/app`,
          'no rule covers': (index) => `kv/data/none-${index}/app`,
        }
        for (const [what, path] of Object.entries(asks)) {
          const ask = (index: number) =>
            judge.decide(policies, token, { path: path(index), capability: 'read', holes: [] })
          const verdict = what === 'a rule allows' ? 'allowed' : 'denied'
          // Policies are parsed at the first question, which is not counted.
          for (let index = 0; index < 3; index++)
            if (ask(index).verdict !== verdict) throw new Error(`${path(index)} is not ${verdict}`)
          const used = process.cpuUsage()
          let count = 0
          for (const began = performance.now(); performance.now() - began < 1_000; )
            for (let turn = 0; turn < 100; turn++) ask(count++ * 7)
          const { user, system } = process.cpuUsage(used)
          const rate = (count / (user + system)) * 1e6
          rates.set(`${rules} ${what}`, rate)
          rows.push({ what: `${rules} rules, ${what}: ${Math.round(rate).toLocaleString('en')} a second` })
        }
      }
      const few = rates.get('1000 a rule allows') ?? 0
      return {
        rows,
        bars: [
          { what: 'a second at 1,000 rules', bar: 200_000, is: few, atLeast: true },
          {
            what: 'at 100,000 rules against 1,000',
            bar: 0.8,
            is: (rates.get('100000 a rule allows') ?? 0) / few,
            atLeast: true,
          },
        ],
      }
    },
  },
  live: {
    about: 'Live: 5,000 paths, 15,000 references, against a bare keep-alive client with the same requests',
    async run(work, rounds) {
      const { check, offline, bare, requests, delayed, bareDelayed, delay, concurrency } = await measureLive(
        work,
        rounds,
      )
      const least = (requests * delay) / concurrency
      return {
        rows: [
          { what: `bare client, ${requests} requests`, ...bare },
          { what: 'eso-vault check, no server', ...offline },
          { what: 'eso-vault check', ...check, ratio: check.cpu / bare.cpu },
          {
            what: `with ${delay} ms for each answer (at least ${Math.round(least)} ms)`,
            ...delayed,
            ratio: delayed.wall / least,
          },
          { what: 'the bare client there', ...bareDelayed, ratio: bareDelayed.wall / least },
        ],
        bars: [
          { what: 'processor', bar: 1.5, is: check.cpu / bare.cpu },
          {
            what: 'processor, without what a check without a server takes',
            bar: 1.5,
            is: (check.cpu - offline.cpu) / bare.cpu,
          },
          { what: 'wall', bar: 1.25, is: check.wall / bare.wall },
          {
            what: 'wall, without what a check without a server takes',
            bar: 1.25,
            is: (check.wall - offline.wall) / bare.wall,
          },
          { what: 'against requests × latency ÷ concurrency', bar: 1.15, is: delayed.wall / least },
        ],
      }
    },
  },
  dist: {
    about: 'Size of the bundle',
    async run() {
      const files = readdirSync(dirname(PROGRAM), { recursive: true, withFileTypes: true }).filter((one) =>
        one.isFile(),
      )
      const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
      return {
        rows: [{ what: `${files.length} files, ${(bytes / 1e6).toFixed(2)} MB` }],
        bars: [{ what: 'MB', bar: 2.5, is: bytes / 1e6 }],
      }
    },
  },
}

function table(name: string, { about }: Bench, { rows, bars }: Result): string {
  const number = (value: number | undefined) =>
    value === undefined ? '' : value >= 100 ? value.toFixed(0) : value.toFixed(2)
  return [
    `### ${name}`,
    '',
    `${about}.`,
    '',
    '| what | wall, ms | processor, ms | peak, MiB | ratio of processor time |',
    '|---|---|---|---|---|',
    ...rows.map(
      ({ what, wall, cpu, mib, ratio }) =>
        `| ${what} | ${number(wall)} | ${number(cpu)} | ${number(mib)} | ${number(ratio)} |`,
    ),
    '',
    ...bars.map(({ what, bar, is, atLeast = false }) => {
      const met = atLeast ? is >= bar : is <= bar
      return `- ${what}: ${number(is)}, bar ${atLeast ? '≥' : '≤'} ${number(bar)}: ${met ? 'met' : '**missed**'}`
    }),
    '',
  ].join('\n')
}

/** Benches of their own, with arguments of their own. */
const OTHERS: readonly string[] = ['growth', 'render', 'helm', 'snapshot', 'compare-changes']

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '3' }, json: { type: 'string' } },
  })
  const names = positionals.length === 0 ? Object.keys(BENCHES) : positionals
  const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name))
  if (unknown.length > 0)
    throw new Error(`There is no bench ${unknown.join(', ')}. Benches: ${Object.keys(BENCHES).join(', ')}.`)
  const work = mkdtempSync(join(tmpdir(), 'eso-vault-bench-'))
  const results: Record<string, Result | { readonly missing: string }> = {}
  try {
    for (const name of names) {
      const bench = BENCHES[name] as Bench
      try {
        const result = await bench.run(work, Number(values.rounds))
        results[name] = result
        process.stdout.write(`${table(name, bench, result)}\n`)
      } catch (error) {
        if (!(error instanceof Missing)) throw error
        results[name] = { missing: error.message }
        process.stdout.write(`### ${name}\n\nNot measured: ${error.message}.\n\n`)
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  const machine = {
    node: process.version,
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${process.platform} ${process.arch}`,
  }
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ program: basename(ROOT), machine, results }, null, 2)}\n`)
}

const [first = '', ...rest] = process.argv.slice(2)
if (OTHERS.includes(first))
  process.exitCode =
    spawnSync(process.execPath, [join(ROOT, `bench/${first}.ts`), ...rest], { stdio: 'inherit' }).status ?? 1
else await main()
