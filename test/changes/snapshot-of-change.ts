import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RunResult, run } from '../../src/modes/run.ts'
import { readConfig } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import type { SnapshotFile } from '../../src/state/snapshot/snapshot-file.ts'
import { snapshotText } from '../../src/state/snapshot/snapshot-text.ts'
import { snapshot } from '../state/snapshot/sample.ts'
import { checkedOut, emptyFolder, type Files, type History, pullRequest } from './git-history.ts'

export const SNAPSHOT = snapshotText(snapshot())
export const STORE = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: vault }
spec: { provider: { vault: { server: "https://vault.example.com", path: kv, version: v2, auth: { kubernetes: { mountPath: kubernetes, role: eso, serviceAccountRef: { name: eso, namespace: eso } } } } } }
`
export const secretOf = (name: string, data: string, namespace = 'shop') => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: vault }
  data:
${data}
`
export const item = (key: string, property: string) =>
  `    - { secretKey: ${key.replaceAll('/', '-')}-${property}, remoteRef: { key: ${key}, property: ${property} } }`

export interface Checkout {
  readonly folder: History
  readonly event: unknown
}

/** A pull request as actions/checkout leaves it. */
export function opened(before: Files, after: Files, depth = 2): Checkout {
  const { origin, base, head } = pullRequest(before, after)
  const event = {
    pull_request: { number: 7, base: { sha: base }, head: { sha: head, repo: { full_name: 'mallory/gitops' } } },
  }
  return { folder: checkedOut(origin, 'refs/pull/7/merge', depth), event }
}

/** A file outside of every checkout, as a step of a workflow brings it. */
export function brought(file: SnapshotFile | string = snapshot()): string {
  const folder = emptyFolder()
  mkdirSync(join(folder, 'artifact'))
  const path = join(folder, 'artifact', 'vault-snapshot.json')
  writeFileSync(path, typeof file === 'string' ? file : snapshotText(file))
  return path
}

/** The check of a pull request from a fork, by a snapshot. */
export async function checkBy(
  { folder, event }: Checkout,
  path: string,
  env: Readonly<Record<string, string>> = {},
  config = '',
): Promise<RunResult> {
  const all = {
    PATH: process.env.PATH ?? '',
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'acme/gitops',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_BASE_REF: 'main',
    ...env,
  }
  const settings = resolveSettings({
    given: {
      from: 'action',
      command: undefined,
      subject: undefined,
      values: { 'vault-snapshot': path },
      format: undefined,
      color: undefined,
    },
    config: readConfig('eso-vault.yml', `version: 1\n${config}`, { rules: [] }),
    environment: readEnvironment(all, event),
    folder: 'gitops',
  })
  return run(settings, {
    cwd: folder.folder,
    env: all,
    event,
    now: () => new Date('2026-11-27T18:10:00Z'),
    mask: () => undefined,
    warn: () => undefined,
  })
}
