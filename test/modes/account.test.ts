import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { run } from '../../src/modes/run.ts'
import { accountOf } from '../../src/report/account.ts'
import { headline } from '../../src/report/headline.ts'
import { outputsOf } from '../../src/report/outputs.ts'
import { settingsFor } from './questions/ask.ts'

/** A small generator of numbers, the same for a seed on every machine. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state % below
  }
}

const PROVIDERS = {
  vault:
    'vault: {server: "https://v", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: eso, serviceAccountRef: {name: eso, namespace: eso}}}}',
  unknown:
    'vault: {server: "https://v", path: kv, version: v2, auth: {kubernetes: {mountPath: other, role: far, serviceAccountRef: {name: eso, namespace: eso}}}}',
  aws: 'aws: {service: SecretsManager, region: eu-central-1}',
  onepassword:
    'onepassword: {connectHost: "https://op", vaults: {a: 1}, auth: {secretRef: {connectTokenSecretRef: {name: a, key: b, namespace: c}}}}',
}
const STORES = Object.entries(PROVIDERS).map(
  ([name, provider]) =>
    `apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: ${name}}\nspec: {provider: {${provider}}}\n`,
)
const LAW = `vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso token_policies=eso
vault policy write eso - <<'END'
path "kv/data/shop/*" { capabilities = ["read"] }
END
`

/** A repository, and how many references its text holds in files that can be read. */
function repository(next: (below: number) => number): { files: Record<string, string>; references: number } {
  const files: Record<string, string> = { 'stores.yaml': STORES.join('---\n'), 'law.sh': LAW }
  let references = 0
  const listed: string[] = []
  const withRoot = next(2) === 0
  for (let n = 0; n < 1 + next(6); n++) {
    const store = ['vault', 'vault', 'vault', 'unknown', 'aws', 'onepassword', 'nowhere', ''][next(8)] as string
    const items = Array.from({ length: 1 + next(3) }, (_, i) => {
      const key = ['shop/db', 'shop/api', 'billing/db', 'shop/${ENV}', '${TEAM}/db'][next(5)]
      return `    - secretKey: k${i}\n      remoteRef: {key: "${key}", property: p}\n`
    })
    const broken = next(7) === 0
    const ref = store === '' ? '' : `  secretStoreRef: {kind: ClusterSecretStore, name: ${store}}\n`
    const name = `${next(4) === 0 ? 'aside' : 'apps'}/e${n}.yaml`
    files[name] =
      `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e${n}, namespace: shop}\nspec:\n${ref}  data:\n${items.join('')}${broken ? '   bad: [\n' : ''}`
    if (!broken) references += items.length
    if (name.startsWith('apps/') && next(4) > 0) listed.push(`e${n}.yaml`)
  }
  if (withRoot && listed.length > 0) {
    files['apps/kustomization.yaml'] = `resources: [${listed.join(', ')}]\n`
    files['flux/apps.yaml'] =
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\nspec: {path: ./apps, prune: true, interval: 1h, sourceRef: {kind: GitRepository, name: flux-system}}\n'
  }
  return { files, references }
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

test('every reference of a repository is one of five things, and they add up', async () => {
  const seen = new Set<string>()
  for (let seed = 1; seed <= 60; seed++) {
    const { files, references } = repository(random(seed))
    const cwd = mkdtempSync(join(tmpdir(), 'eso-vault-account-'))
    folders.push(cwd)
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(cwd, name)), { recursive: true })
      writeFileSync(join(cwd, name), text)
    }
    const { report } = await run(settingsFor({ command: 'check', cwd }), {
      cwd,
      env: {},
      now: () => new Date('2026-06-01T00:00:00Z'),
      mask: () => {},
      warn: () => {},
    })
    const { all, vault, works, broken, notChecked, otherProvider, notApplied, filesNotRead } = accountOf(report)
    const where = `seed ${seed}: ${headline(report)}`
    expect(all, where).toBe(references)
    expect(works + broken + notChecked + otherProvider + notApplied, where).toBe(all)
    expect(works + broken + notChecked, where).toBe(vault)
    const outputs = outputsOf(report)
    const count = (name: keyof typeof outputs) => Number(outputs[name])
    expect(count('checked-references') + count('not-checked-references') + otherProvider, where).toBe(
      count('references'),
    )
    // Never a pass for what was not seen.
    expect(report.outcome === 'clean' && notChecked + filesNotRead > 0, where).toBe(false)
    if (report.outcome === 'clean') expect(broken, where).toBe(0)
    for (const { standing } of report.references) seen.add(standing.is)
    seen.add(report.outcome)
  }
  expect([...seen].sort()).toEqual(
    ['broken', 'clean', 'findings', 'not-applied', 'not-checked', 'other-provider', 'unchecked', 'works'].sort(),
  )
}, 60_000)
