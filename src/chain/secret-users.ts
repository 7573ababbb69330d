import { loginSecrets } from '../eso/facts/login-secrets.ts'
import { listAt, textAt } from '../eso/field-value.ts'
import { textHoles } from '../eso/holes.ts'
import { namespaceLabels } from '../eso/labels.ts'
import { type Consumer, readConsumer } from '../eso/predict/consumer.ts'
import { clusterRelation, isLive } from '../model/cluster.ts'
import { isEsoGroup } from '../model/kinds.ts'
import type { SecretPlace } from '../model/secret-place.ts'
import type { SecretUser, SecretUsers } from '../model/secret-user.ts'
import type { FieldPath } from '../model/value.ts'
import type { Consumption } from '../workloads/consumption.ts'
import type { Chain } from './chain.ts'
import { storeUses } from './store-uses.ts'

/**
 * What uses Kubernetes Secrets by name: ESO's own objects (stores that log in with them, pushes, templates), and the workloads, releases
 * and controllers that ask for them.
 */
export function secretUsers(chain: Pick<Chain, 'manifests' | 'links' | 'lastMile'>): SecretUsers {
  let index: ReadonlyMap<string, readonly SecretUser[]> | undefined
  return (namespace, name, near) => {
    index ??= indexed(chain)
    const { cluster } = near.origin.applied
    const asking = chain.lastMile
      .named(name)
      .filter((one) => one.secretNamespace === namespace && !isEsoGroup(one.by.apiVersion))
    return [...(index.get(`${namespace}/${name}`) ?? []), ...asking.map(userOf)].filter(
      ({ manifest }) => isLive(manifest) && clusterRelation(cluster, manifest.origin.applied.cluster) !== 'other',
    )
  }
}

function userOf({ by, field, place, optional }: Consumption): SecretUser {
  const soft = optional || place === 'pull-secret'
  // Which names in custom resources and values a chart or a controller cannot do without is not known.
  const without = soft ? 'note' : place === 'name' || place === 'selector' || place === 'keda' ? 'warning' : 'error'
  return { manifest: by, span: by.spanOf(field), use: { code: USE[place] }, without }
}

const USE: Readonly<Record<SecretPlace, 'variables' | 'mount' | 'values' | 'pull' | 'need'>> = {
  env: 'variables',
  'env-from': 'variables',
  volume: 'mount',
  'sub-path': 'mount',
  'pull-secret': 'pull',
  'values-from': 'values',
  'substitute-from': 'values',
  fixed: 'need',
  selector: 'need',
  keda: 'need',
  'argocd-text': 'need',
  name: 'need',
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
