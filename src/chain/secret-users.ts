import { loginSecrets } from '../eso/facts/login-secrets.ts'
import { listAt, textAt } from '../eso/field-value.ts'
import { textHoles } from '../eso/holes.ts'
import { namespaceLabels } from '../eso/labels.ts'
import { type Consumer, readConsumer } from '../eso/predict/consumer.ts'
import { clusterRelation, isLive } from '../model/cluster.ts'
import type { SecretUser, SecretUsers } from '../model/secret-user.ts'
import type { FieldPath } from '../model/value.ts'
import type { Chain } from './chain.ts'
import { storeUses } from './store-uses.ts'

/** The objects of ESO that use Kubernetes Secrets by name: stores that log in with them, pushes, templates. */
export function secretUsers(chain: Pick<Chain, 'manifests' | 'links'>): SecretUsers {
  let index: ReadonlyMap<string, readonly SecretUser[]> | undefined
  return (namespace, name, near) => {
    index ??= indexed(chain)
    const { cluster } = near.origin.applied
    return (index.get(`${namespace}/${name}`) ?? []).filter(
      ({ manifest }) => isLive(manifest) && clusterRelation(cluster, manifest.origin.applied.cluster) !== 'other',
    )
  }
}

function indexed(chain: Pick<Chain, 'manifests' | 'links'>): ReadonlyMap<string, readonly SecretUser[]> {
  const users = new Map<string, SecretUser[]>()
  const add = (namespace: string, name: string, user: SecretUser) => {
    const key = `${namespace}/${name}`
    const list = users.get(key)
    if (list === undefined) users.set(key, [user])
    else list.push(user)
  }
  for (const { store, span, name, namespace } of loginSecrets(storeUses(chain, new Set(chain.manifests))))
    add(namespace, name, { manifest: store.manifest, span, use: { code: 'store-login' }, without: 'error' })
  const namespaces = namespaceLabels(chain.manifests, textHoles)
  for (const manifest of chain.manifests) {
    const consumer = readConsumer(manifest, { namespaces, holesOf: textHoles })
    if (consumer === undefined) continue
    for (const { field, code } of namedIn(consumer)) {
      const name = textAt(manifest.body, ...field)
      if (!name || textHoles(name).length > 0) continue
      for (const namespace of consumer.namespaces ?? [])
        add(namespace, name, { manifest, span: manifest.spanOf(field), use: { code }, without: 'error' })
    }
  }
  return users
}

function namedIn({ makes, at, spec }: Consumer): { field: FieldPath; code: 'push-source' | 'template' }[] {
  if (makes === 'PushSecret') return [{ field: [...at, 'selector', 'secret', 'name'], code: 'push-source' }]
  return listAt(spec, 'target', 'template', 'templateFrom').map((_, i) => ({
    field: [...at, 'target', 'template', 'templateFrom', i, 'secret', 'name'],
    code: 'template',
  }))
}
