import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { NotChecked } from '../../src/model/finding.ts'
import type { Manifest } from '../../src/model/manifest.ts'
import type { Value } from '../../src/model/value.ts'
import { reasonText } from '../../src/report/reasons/not-checked.ts'

/** What a reason is held against: the files as they lie there, and the manifests. */
export interface Evidence {
  readonly cwd: string
  /** Every text file that was read. */
  readonly texts: readonly string[]
  readonly manifests: readonly Manifest[]
}

type Test = (reason: RegExpExecArray, item: NotChecked, evidence: Evidence) => boolean

/** Each sentence that may stand as a reason, with what must be so for it to be true. A sentence that is not here is not believed. */
const REASONS: readonly (readonly [RegExp, Test])[] = [
  // Whether kustomize really refuses it is asked of kustomize itself (plain-builds.ts, falseFailures).
  [/^kustomize says: /, () => true],
  [
    /^role `([^`]+)` of auth mount `([^`]+)` is not in Git, and Vault was not asked$/,
    ([, role, mount], _, { texts }) => !texts.some((text) => text.includes(`auth/${mount}/role/${role}`)),
  ],
  [
    /holds (<[A-Z][A-Z0-9_]*>)/,
    ([, token], item, evidence) => lineAt(item, evidence).includes(token ?? '') || evidenceOf(token, evidence),
  ],
  [
    /\$\{([A-Za-z_]\w*)/,
    ([, name], _, { texts }) =>
      !texts.some((text) => new RegExp(`^\\s*(?:- )?["']?${name}["']?\\s*[:=]\\s*\\S`, 'm').test(text)),
  ],
  [
    /logs in with `tokenSecretRef`/,
    (_, __, { manifests }) => manifests.some(({ kind, body }) => /Store$/.test(kind) && has(body, 'tokenSecretRef')),
  ],
  [
    /^Git holds (\d+) stores of that name that log in differently/,
    ([, count], _, { manifests }) => {
      const logins = new Map<string, string[]>()
      for (const { kind, name, body } of manifests) {
        if (!/Store$/.test(kind)) continue
        const key = `${kind} ${name}`
        logins.set(key, [...(logins.get(key) ?? []), JSON.stringify(body.spec)])
      }
      // So many there are, and not all are alike.
      return [...logins.values()].some((ways) => ways.length >= Number(count) && new Set(ways).size > 1)
    },
  ],
  [
    /^the kustomization names (\S+), which is not there$/,
    ([, file], item, { cwd }) => !existsSync(path.resolve(cwd, path.dirname(item.file), file ?? '')),
  ],
  [
    /^the kustomization (?:is a template, and no YAML before something fills it in|names a plugin configuration that does not parse)$/,
    (_, item, { cwd }) => {
      const folder = path.dirname(path.resolve(cwd, item.file))
      const own = readFileSync(path.resolve(cwd, item.file), 'utf8')
      const named = [...own.matchAll(/^\s*- (\S+)$/gm)].map((match) => path.join(folder, match[1] ?? ''))
      return [own, ...named.filter((file) => existsSync(file) && /\.ya?ml$/.test(file)).map(read)].some((text) =>
        /\{\{|^\s*\{%/m.test(text),
      )
    },
  ],
  [
    /^its path is a Helm chart\./,
    (_, { file, what }, { cwd }) => {
      // The path is the Application's own, below the top of its repository, which may be a folder here.
      const steps = file.split('/')
      const folder = /\(([^)]+)\)/.exec(what)?.[1] ?? ''
      return steps.some((_, index) => existsSync(path.join(cwd, ...steps.slice(0, index), folder, 'Chart.yaml')))
    },
  ],
  [
    // The address is in the sentence's subject: `A part of FILE, which names a remote address (ADDRESS),`.
    /^nothing is fetched over the network\./,
    (_, item, evidence) => {
      const [, address = ''] = /names a remote address \((.+)\)/.exec(item.what) ?? []
      return (
        /[/@]/.test(address) &&
        lineAt(item, evidence).includes(address) &&
        !existsSync(path.resolve(evidence.cwd, path.dirname(item.file), address))
      )
    },
  ],
  [
    /^Helm charts are not rendered\./,
    (_, item, evidence) => {
      const named = path.resolve(
        evidence.cwd,
        path.dirname(item.file),
        /^\s*- (\S+)/.exec(lineAt(item, evidence))?.[1] ?? '',
      )
      const held = existsSync(named) && statSync(named).isFile() ? read(named) : ''
      return (
        /helmCharts:|helmChartInflationGenerator:/.test(lineAt(item, evidence) + fileAt(item, evidence)) ||
        /HelmChartInflationGenerator/.test(held)
      )
    },
  ],
  [
    /^its source is (OCIRepository|Bucket) (\S+), and Git does not tell from which folder that is made/,
    ([, kind, name], item, evidence) =>
      new RegExp(`kind: ${kind}\\s*\\n\\s*name: ${name}\\b|name: ${name}\\s*\\n\\s*kind: ${kind}\\b`).test(
        fileAt(item, evidence),
      ),
  ],
  [
    // Something in it is still to be filled in, by the generators or in the template, and no folder here fits the rest.
    /^its path (.+) takes from (?:its generators \(([^)]+)\)|the template) what Git does not tell/,
    ([, path = '', generators = ''], _, { texts }) =>
      /\{\{|\$\{/.test(path) &&
      generators.split(', ').every((name) => texts.some((text) => text.includes(name === '' ? path : `${name}:`))),
  ],
  [
    /^its generators \(([^)]+)\) ask what is not in Git/,
    ([, generators = ''], item, evidence) =>
      generators.split(', ').every((name) => fileAt(item, evidence).includes(`${name}:`)),
  ],
  [
    /^which role of auth mount `([^`]+)` has the role id is told neither by Git nor by a server/,
    (_, __, { manifests }) => manifests.some(({ kind, body }) => /Store$/.test(kind) && has(body, 'appRole')),
  ],
  [
    // Two stores of one name that differ, in clusters that the consumer may both be in.
    /^its store is not known: nothing in Git says which cluster it goes to, and the stores of that name differ between (.+?): /,
    ([, clusters = ''], _, { manifests }) => {
      const ways = new Map<string, Set<string>>()
      const names = new Set<string>()
      for (const { kind, name, body, origin } of manifests) {
        if (!/Store$/.test(kind)) continue
        names.add(origin.applied.cluster?.name ?? '')
        ways.set(name, (ways.get(name) ?? new Set()).add(JSON.stringify(body.spec)))
      }
      return (
        [...ways.values()].some(({ size }) => size > 1) && clusters.split(/, | and /).every((name) => names.has(name))
      )
    },
  ],
  [
    // In the cluster that it goes to: there none has that name.
    /^Git holds no (\S+) (\S+) that it could use$/,
    ([, kind, name], { file }, { manifests }) => {
      const clusters = new Set(
        manifests.flatMap(({ origin }) =>
          origin.file === file || origin.appliedBy.some(({ span }) => span.file === file)
            ? [origin.applied.cluster?.id]
            : [],
        ),
      )
      const stores = manifests.filter((one) => one.kind === kind && one.name === name)
      return stores.every(({ origin }) => !clusters.has(origin.applied.cluster?.id))
    },
  ],
  [
    // The proofs run without helm: a chart is there, of which the place is a part, or which it names.
    /^(?:its chart was not rendered: )?there is no helm on PATH to render the chart\./,
    (_, { file, what }, { cwd }) => {
      const folder = /\(([^)]+)\)/.exec(what)?.[1] ?? file
      const steps = path.resolve(cwd, folder).split(path.sep)
      return steps.some((_, index) =>
        existsSync(path.join(path.sep, ...steps.slice(0, steps.length - index), 'Chart.yaml')),
      )
    },
  ],
  [
    /^a template of a Helm chart is not read before it is rendered\./,
    (_, item, evidence) => /(?:^|\/)templates\//.test(item.file) && fileAt(item, evidence).includes('{{'),
  ],
  [
    /^the document is a template \(it holds (\{\{ \}\}|\{% %\})\) that nothing rendered\./,
    ([, holds = ''], item, evidence) => fileAt(item, evidence).includes(holds.slice(0, 2)),
  ],
  [
    // Of a root that kustomize could not build: the patch is there, at its line.
    /^a patch \((.+):(\d+)\) may change it, and could not be applied here$/,
    ([, file = '', line], _, { cwd }) =>
      (read(path.resolve(cwd, file)).split('\n')[Number(line) - 1] ?? '').trim() !== '',
  ],
  [
    /^the template is in (ConfigMap|Secret) `([^`]+)`, which is not looked into$/,
    ([, kind, name], item, evidence) => {
      const from = fileAt(item, evidence).split('templateFrom:')[1] ?? ''
      return new RegExp(`- ${kind === 'Secret' ? 'secret' : 'configMap'}:\\s+name: ${name}\\s`).test(from)
    },
  ],
  [
    /names a remote address \(([^)]+)\)/,
    ([, address], item, evidence) => fileAt(item, evidence).includes(address ?? ''),
  ],
]

/** The reasons that are not true, or of which nothing is known. */
export function untrueReasons(items: readonly NotChecked[], evidence: Evidence): string[] {
  return items.flatMap((item) => {
    const reason = reasonText(item.reason)
    for (const [sentence, isTrue] of REASONS) {
      const match = sentence.exec(reason)
      if (match !== null) return isTrue(match, item, evidence) ? [] : [`untrue: ${item.file}:${item.line} ${reason}`]
    }
    return [`unknown: ${item.file}:${item.line} ${reason}`]
  })
}

function evidenceOf(token: string | undefined, { manifests }: Evidence): boolean {
  return manifests.some(({ kind, body }) => /Store$/.test(kind) && JSON.stringify(body).includes(token ?? ''))
}

function has(value: Value, field: string): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, below]) => key === field || has(below as Value, field))
}

function read(file: string): string {
  return readFileSync(file, 'utf8')
}

function fileAt({ file }: NotChecked, { cwd }: Evidence): string {
  return read(path.resolve(cwd, file))
}

function lineAt(item: NotChecked, evidence: Evidence): string {
  return fileAt(item, evidence).split('\n')[item.line - 1] ?? ''
}
