import { isMap, listAt, mapAt, textAt, valueAt } from '../eso/field-value.ts'
import { textHoles } from '../eso/holes.ts'
import { groupOf } from '../eso/kinds.ts'
import { isEsoGroup } from '../model/kinds.ts'
import type { Manifest } from '../model/manifest.ts'
import type { FieldPath, Value } from '../model/value.ts'
import type { Asked, Consumption } from './consumption.ts'
import { ARGOCD_SECRETS, FIXED_KEYS, FIXED_VALUES, providerKeys, sourceKeys } from './controllers.ts'
import { fragments } from './fragments.ts'
import { selectors } from './selectors.ts'

/** Kinds whose Pods the kubelet runs as they stand (consumers.md §1.1). */
const WORKLOADS: ReadonlySet<string> = new Set([
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
])

const CORE_GROUPS: ReadonlySet<string> = new Set(['', 'apps', 'batch'])

/** Whether Pods come out of the object itself. */
function isWorkload({ apiVersion, kind }: Manifest): boolean {
  return CORE_GROUPS.has(groupOf(apiVersion)) && WORKLOADS.has(kind)
}

/** Every place of an object where a Secret, or a key of one, is asked for (consumers.md §1, §2). */
export function consumptionsOf(manifest: Manifest): readonly Consumption[] {
  const { apiVersion, kind, body, namespace } = manifest
  const group = groupOf(apiVersion)
  const own = (asked: readonly Asked[]) => placed(manifest, asked, namespace, false)
  if (isEsoGroup(apiVersion)) return own([...labelled(manifest), ...pushed(manifest)])
  switch (`${group}/${kind}`) {
    case 'helm.toolkit.fluxcd.io/HelmRelease':
      return helmRelease(manifest)
    case 'argoproj.io/Application':
      return application(manifest, ['spec'])
    case 'argoproj.io/ApplicationSet':
      return application(manifest, ['spec', 'template', 'spec'])
    case 'helm.cattle.io/HelmChart':
      return placed(
        manifest,
        valuesOf(body, ['spec', 'valuesContent'], textAt(body, 'spec', 'chart')),
        textAt(body, 'spec', 'targetNamespace') ?? namespace,
        true,
      )
    case 'kustomize.toolkit.fluxcd.io/Kustomization':
      return own([...substituteFrom(body), ...selectors(body)])
    case 'storage.k8s.io/StorageClass':
      return own(storageClass(body))
    case '/ServiceAccount':
      return own(serviceAccount(body))
    case '/ConfigMap':
      return manifest.name === 'argocd-cm' ? own(argocdTexts(mapAt(body, 'data'), ['data'])) : []
    case '/Secret':
      return []
  }
  if (isWorkload(manifest)) return own(fragments(mapAt(body, 'spec'), ['spec'], false))
  const fixed = fixedKeys(manifest)
  const taken = new Set(fixed.map(({ field }) => JSON.stringify(field)))
  const inPods = fragments(mapAt(body, 'spec'), ['spec'], false)
  for (const { field } of inPods) taken.add(JSON.stringify(field))
  const others = selectors(body).filter(({ field }) => !taken.has(JSON.stringify(field)))
  return own([...fixed, ...inPods, ...others])
}

function placed(
  by: Manifest,
  asked: readonly Asked[],
  secretNamespace: string | undefined,
  inValues: boolean,
): Consumption[] {
  return asked.map((one) => ({ ...one, by, secretNamespace: one.namespace ?? secretNamespace, inValues }))
}

/** A name with a hole in it tells nothing. */
function told(text: string | undefined): string | undefined {
  return text === undefined || textHoles(text).length > 0 ? undefined : text
}

function helmRelease(manifest: Manifest): Consumption[] {
  const { body, namespace } = manifest
  const chart = textAt(body, 'spec', 'chart', 'spec', 'chart') ?? textAt(body, 'spec', 'chartRef', 'name')
  const target = textAt(body, 'spec', 'targetNamespace')
  const release =
    textAt(body, 'spec', 'releaseName') ?? (target === undefined ? manifest.name : `${target}-${manifest.name}`)
  const from = listAt(body, 'spec', 'valuesFrom').flatMap((item, i): Asked[] => {
    const name = textAt(item, 'name')
    if (textAt(item, 'kind') !== 'Secret' || !name) return []
    const key = textAt(item, 'valuesKey')
    return [
      {
        place: 'values-from',
        field: ['spec', 'valuesFrom', i, key ? 'valuesKey' : 'name'],
        name,
        keys: [[key || 'values.yaml']],
        optional: isMap(item) && item.optional === true,
      },
    ]
  })
  const values = valuesOf(body, ['spec', 'values'], chart).map((one) => ({
    ...one,
    // GetReleaseName of helm-controller (consumers.md §4).
    name: one.name.replace(/\{\{-?\s*\.Release\.Name\s*-?\}\}/g, release),
  }))
  return [
    ...placed(manifest, from, namespace, false),
    ...placed(manifest, values, target === undefined ? namespace : told(target), true),
  ]
}

function application(manifest: Manifest, spec: FieldPath): Consumption[] {
  const { body } = manifest
  const sources: FieldPath[] = [
    [...spec, 'source'],
    ...listAt(body, ...spec, 'sources').map((_, i): FieldPath => [...spec, 'sources', i]),
  ]
  const asked = sources.flatMap((source) => {
    const chart = textAt(body, ...source, 'chart')
    return ['valuesObject', 'values'].flatMap((field) => valuesOf(body, [...source, 'helm', field], chart))
  })
  // Never the Application's own namespace (consumers.md §4).
  return placed(manifest, asked, told(textAt(body, ...spec, 'destination', 'namespace')), true)
}

/** What the values of a chart ask for: PodSpec fragments by their shape, and names of existing Secrets (consumers.md §5.4). */
function valuesOf(body: Value, path: FieldPath, chart: string | undefined): Asked[] {
  const values = valueAt(body, path)
  if (!isMap(values)) return []
  const fixed = FIXED_VALUES.flatMap((row): Asked[] => {
    const name = chart !== undefined && row.chart.test(chart) ? textAt(values, ...row.path) : undefined
    if (!name || typeof valueAt(values, row.path) !== 'string') return []
    return [
      {
        place: 'fixed',
        field: [...path, ...row.path],
        name,
        keys: row.needs,
        optional: false,
        controller: row.controller,
      },
    ]
  })
  const taken = new Set(fixed.map(({ field }) => JSON.stringify(field)))
  const named = existingSecrets(values, path).filter(({ field }) => !taken.has(JSON.stringify(field)))
  const texts = ['cm', 'secret'].flatMap((part) =>
    argocdTexts(mapAt(values, 'configs', part), [...path, 'configs', part]),
  )
  return [...fixed, ...fragments(values, path, true), ...named, ...texts]
}

const EXISTING = /^(?:existing[A-Za-z]*Secret(?:Name)?|[A-Za-z]*SecretName|existingSecretRef|secretName)$/

/** `existingSecret: name` and its like: the chart decides which keys it reads. */
function existingSecrets(value: Value, path: FieldPath): Asked[] {
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap((item, i) => existingSecrets(item, [...path, i]))
  if (!isMap(value) || value.enabled === false) return []
  return Object.entries(value).flatMap(([key, below]): Asked[] => {
    const field = [...path, key]
    if (typeof below !== 'string') return /volumes$/i.test(key) ? [] : existingSecrets(below, field)
    if (!EXISTING.test(key) || below === '') return []
    return [{ place: 'name', field, name: below, keys: [], optional: path.includes('tls') }]
  })
}

function substituteFrom(body: Value): Asked[] {
  return listAt(body, 'spec', 'postBuild', 'substituteFrom').flatMap((item, i): Asked[] => {
    const name = textAt(item, 'name')
    if (textAt(item, 'kind') !== 'Secret' || !name) return []
    const optional = isMap(item) && item.optional === true
    return [
      { place: 'substitute-from', field: ['spec', 'postBuild', 'substituteFrom', i, 'name'], name, keys: [], optional },
    ]
  })
}

function serviceAccount(body: Value): Asked[] {
  const names = (list: string, place: 'pull-secret' | 'name') =>
    listAt(body, list).flatMap((item, i): Asked[] => {
      const name = textAt(item, 'name')
      return name ? [{ place, field: [list, i, 'name'], name, keys: [], optional: true }] : []
    })
  return [...names('imagePullSecrets', 'pull-secret'), ...names('secrets', 'name')]
}

/** `$name:key` in a text; a `$key` without a name means Argo CD's own Secret (consumers.md §2.1, §7). */
function argocdTexts(value: Value | undefined, path: FieldPath): Asked[] {
  if (typeof value === 'string') {
    const found = value.matchAll(/\$([a-z0-9](?:[-.a-z0-9]*[a-z0-9])?):([-._a-zA-Z0-9]+)/g)
    return [...found].map(([, name = '', key = '']) => ({
      place: 'argocd-text' as const,
      field: path,
      name,
      keys: [[key]],
      optional: false,
    }))
  }
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap((item, i) => argocdTexts(item, [...path, i]))
  return isMap(value) ? Object.entries(value).flatMap(([key, below]) => argocdTexts(below, [...path, key])) : []
}

function fixedKeys({ apiVersion, kind, body }: Manifest): Asked[] {
  const group = groupOf(apiVersion)
  if (group === 'notification.toolkit.fluxcd.io' && kind === 'Provider') {
    const name = textAt(body, 'spec', 'secretRef', 'name')
    const keys = providerKeys(textAt(body, 'spec', 'type') ?? '', Boolean(textAt(body, 'spec', 'address')))
    if (!name) return []
    const field = ['spec', 'secretRef', 'name']
    return keys === undefined
      ? [{ place: 'name', field, name, keys: [], optional: false }]
      : [{ place: 'fixed', field, name, keys, optional: false, controller: 'flux-provider' }]
  }
  const ofSource = group === 'source.toolkit.fluxcd.io' ? sourceSecret(kind, body) : []
  const rows = FIXED_KEYS.flatMap((row): Asked[] => {
    if (row.group !== group || !row.kind.test(kind)) return []
    return pathsTo(body, row.path).flatMap((path): Asked[] => {
      const field = row.form === 'text' ? path : [...path, 'name']
      const name = textAt(body, ...field)
      if (!name || (row.form === 'text' && typeof valueAt(body, path) !== 'string')) return []
      const other = row.form === 'ref' ? textAt(body, ...path, 'namespace') : undefined
      const { needs: keys, controller } = row
      return [
        { place: 'fixed', field, name, keys, optional: false, controller, ...(other ? { namespace: other } : {}) },
      ]
    })
  })
  return [...ofSource, ...rows]
}

/** The Secret that Flux logs in to a source with. */
function sourceSecret(kind: string, body: Value): Asked[] {
  const field = ['spec', 'secretRef', 'name']
  const name = textAt(body, ...field)
  const [provider = '', type = '', url = ''] = ['provider', 'type', 'url'].map((of) => textAt(body, 'spec', of))
  const keys = sourceKeys({ kind, provider, type, url })
  if (!name || keys === undefined) return []
  return [{ place: 'fixed', field, name, keys, optional: false, controller: 'flux-source' }]
}

/** Secrets of CSI drivers by the names of parameters; `${pvc.name}` in one is filled in for each claim. */
function storageClass(body: Value): Asked[] {
  return Object.entries(mapAt(body, 'parameters') ?? {}).flatMap(([key, name]): Asked[] => {
    const which = /^csi\.storage\.k8s\.io\/(.+)-secret-name$/.exec(key)?.[1]
    if (which === undefined || typeof name !== 'string' || name === '') return []
    const namespace = textAt(body, 'parameters', `csi.storage.k8s.io/${which}-secret-namespace`)
    const field = ['parameters', key]
    return [{ place: 'name', field, name, keys: [], optional: false, ...(namespace ? { namespace } : {}) }]
  })
}

function pathsTo(value: Value | undefined, path: readonly string[], base: FieldPath = []): FieldPath[] {
  const [step, ...rest] = path
  if (step === undefined) return [base]
  if (step === '*')
    return Array.isArray(value)
      ? (value as readonly Value[]).flatMap((item, i) => pathsTo(item, rest, [...base, i]))
      : []
  return isMap(value) && Object.hasOwn(value, step) ? pathsTo(value[step], rest, [...base, step]) : []
}

/** An ExternalSecret whose Secret Argo CD finds by its label. */
function labelled({ kind, body }: Manifest): Asked[] {
  const spec =
    kind === 'ExternalSecret' ? ['spec'] : kind === 'ClusterExternalSecret' ? ['spec', 'externalSecretSpec'] : undefined
  if (spec === undefined) return []
  const template = mapAt(body, ...spec, 'target', 'template')
  // Without a template the ExternalSecret's own labels are copied (consumers.md §3.7).
  const labels = template === undefined ? ['metadata', 'labels'] : [...spec, 'target', 'template', 'metadata', 'labels']
  const field = [...labels, 'argocd.argoproj.io/secret-type']
  const type = textAt(body, ...field) ?? ''
  const row = Object.hasOwn(ARGOCD_SECRETS, type) ? ARGOCD_SECRETS[type] : undefined
  const name = textAt(body, ...spec, 'target', 'name') || textAt(body, 'metadata', 'name')
  if (row === undefined || !name) return []
  return [{ place: 'fixed', field, name, keys: [row.needs], optional: false, controller: row.controller }]
}

/** A PushSecret takes keys of a Secret; which of them are absent another rule says (`push-source-key-absent`). */
function pushed({ kind, body }: Manifest): Asked[] {
  if (kind !== 'PushSecret') return []
  const field = ['spec', 'selector', 'secret', 'name']
  const name = textAt(body, ...field)
  return name ? [{ place: 'name', field, name, keys: [], optional: false }] : []
}
