import { formatSpan, type Span } from '../../model/span.ts'
import type { VaultStore } from '../../model/store.ts'
import { trimSlashes } from '../../model/trim-slashes.ts'
import type { MountFact } from '../../model/vault-state.ts'
import type { Unplanned } from './desired.ts'

/** By Vault namespace: one KV mount for each path that stores name. Generators read other engines, which nobody sets up here. */
export function desiredMounts(stores: readonly VaultStore[], unplanned: Unplanned[]): Map<string, MountFact[]> {
  const found = new Map<string, Map<string, { versions: Set<1 | 2>; spans: Span[] }>>()
  for (const store of stores) {
    if (store.kind !== 'SecretStore' && store.kind !== 'ClusterSecretStore') continue
    const span = store.manifest.spanOf(['spec', 'provider', 'vault', 'path'])
    const path = trimSlashes(store.path ?? '')
    if (path === '') {
      const message = `${store.kind} ${store.name} names no mount (\`path\`), so no KV mount is planned for it.`
      unplanned.push({ message, span: store.manifest.span, weight: 'note' })
      continue
    }
    const namespace = trimSlashes(store.vaultNamespace ?? '')
    const mounts = found.get(namespace) ?? new Map()
    found.set(namespace, mounts)
    const mount = mounts.get(path) ?? { versions: new Set(), spans: [] }
    mounts.set(path, mount)
    mount.versions.add(store.version === 'v1' ? 1 : 2)
    mount.spans.push(span)
  }
  return new Map(
    [...found].map(([namespace, mounts]) => [
      namespace,
      [...mounts].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([path, mount]) => mountFact(path, mount, unplanned)),
    ]),
  )
}

function mountFact(
  path: string,
  { versions, spans }: { readonly versions: ReadonlySet<1 | 2>; readonly spans: readonly Span[] },
  unplanned: Unplanned[],
): MountFact[] {
  const [version] = versions
  if (versions.size > 1 || version === undefined) {
    const places = spans.map(formatSpan).join(', ')
    const message = `Stores disagree on the KV version of \`${path}/\` (${places}). A mount has one version: give them the same \`version\`.`
    unplanned.push({ message, span: spans[0], weight: 'blocked' })
    return []
  }
  return [
    {
      path,
      type: 'kv',
      version,
      options: { version: String(version) },
      unknown: [],
      provenance: { from: 'manifests', spans },
    },
  ]
}
