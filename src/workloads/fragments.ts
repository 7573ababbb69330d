import { isMap, listAt, mapAt, textAt } from '../eso/field-value.ts'
import type { FieldPath, Value, ValueMap } from '../model/value.ts'
import type { Asked } from './consumption.ts'

/** Deeper than any workload or chart is nested. */
const MAX_LEVELS = 40

interface Around {
  /** The nearest container: a map under `containers` and its like, by its name. */
  readonly container: string | undefined
  /** Below a field of environment variables. */
  readonly inEnv: boolean
  /** A custom resource's own selectors are found elsewhere; what is below `env` is a Pod's anywhere. */
  readonly volumes: ReadonlyMap<string, Volume>
  /** In values of a chart: the forms of app-template count as well. */
  readonly inValues: boolean
}

/** A volume that is made of Secrets. */
interface Volume {
  readonly secrets: readonly string[]
  readonly optional: boolean
  /** With `items` the paths are the volume's own. */
  readonly hasItems: boolean
  /** Something else than Secrets is in it too (a projected ConfigMap). */
  readonly isMixed: boolean
}

/**
 * Everything of the shape of a PodSpec below `value`, wherever it stands: in a Pod, in a custom resource, in values of a chart
 * (consumers.md §1.1, §5.4). What `enabled: false` switches off is left out.
 */
export function fragments(value: Value | undefined, path: FieldPath, inValues: boolean): Asked[] {
  const found: Asked[] = []
  walk(
    value,
    path,
    { container: undefined, inEnv: false, volumes: inValues ? NO_VOLUMES : volumesIn(value), inValues },
    found,
    0,
  )
  return found
}

function walk(value: Value | undefined, path: FieldPath, around: Around, found: Asked[], level: number): void {
  if (level > MAX_LEVELS) return
  if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly Value[]).entries())
      walk(item, [...path, index], around, found, level + 1)
    return
  }
  if (!isMap(value) || value.enabled === false) return
  const here = {
    ...around,
    container: containerAt(value, path) ?? around.container,
    // A chart has volumes of its own: only what stands beside the mounts is known to be the one that they name.
    volumes: around.inValues ? volumesBeside(value) : around.volumes,
  }
  const ref = mapAt(value, 'secretKeyRef')
  if (ref !== undefined) found.push(...keyRef(ref, [...path, 'secretKeyRef'], here))
  if (around.inValues) found.push(...persistence(value, path))
  for (const [key, below] of Object.entries(value)) {
    const at = [...path, key]
    if (key === 'secretKeyRef') continue
    if (/envFrom$/i.test(key)) found.push(...envFrom(below, at, here))
    else if (/imagePullSecrets$/i.test(key)) found.push(...pullSecrets(below, at))
    else if (/volumes$/i.test(key)) found.push(...volumes(below, at))
    else if (/volumeMounts$/i.test(key)) found.push(...subPaths(below, at, here))
    else {
      walk(below, at, { ...here, inEnv: here.inEnv || /env/i.test(key) }, found, level + 1)
    }
  }
}

function containerAt(value: ValueMap, path: FieldPath): string | undefined {
  const list = path.at(-2)
  const last = path.at(-1)
  if (typeof last === 'number' && typeof list === 'string' && /containers$|steps$|sidecars$/i.test(list))
    return textAt(value, 'name')
  if (typeof last === 'string' && typeof list === 'string' && /^(?:init)?containers$/i.test(list)) return last
  return undefined
}

function keyRef(ref: ValueMap, path: FieldPath, { container, inEnv }: Around): Asked[] {
  const name = textAt(ref, 'name')
  const key = textAt(ref, 'key')
  if (!name || !key) return []
  const above = path.slice(0, -1)
  const variable = above.at(-1) === 'valueFrom' ? above.at(-2) : above.at(-1)
  return [
    {
      place: inEnv ? 'env' : 'selector',
      field: [...path, 'key'],
      name,
      keys: [[key]],
      optional: ref.optional === true,
      ...(container === undefined ? {} : { container }),
      ...(typeof variable === 'string' && variable !== 'valueFrom' ? { as: variable } : {}),
    },
  ]
}

/** Variables of a list carry their name beside `valueFrom`. */
export function variableName(body: Value, field: FieldPath): string | undefined {
  const at = field.lastIndexOf('valueFrom')
  return at < 1 || typeof field[at - 1] !== 'number' ? undefined : textAt(body, ...field.slice(0, at), 'name')
}

function envFrom(value: Value, path: FieldPath, { container, inValues }: Around): Asked[] {
  return entriesOf(value).flatMap(([index, item]): Asked[] => {
    if (!isMap(item)) return []
    const ref = mapAt(item, 'secretRef')
    const short = inValues ? textAt(item, 'secret') : undefined
    const name = ref === undefined ? short : textAt(ref, 'name')
    if (!name) return []
    const field = ref === undefined ? [...path, index, 'secret'] : [...path, index, 'secretRef', 'name']
    const prefix = textAt(item, 'prefix')
    return [
      {
        // `secret: x` of app-template may be an identifier of an object of the chart.
        place: ref === undefined ? 'name' : 'env-from',
        field,
        name,
        keys: [],
        optional: ref?.optional === true || item.optional === true,
        ...(prefix ? { prefix } : {}),
        ...(container === undefined ? {} : { container }),
      },
    ]
  })
}

function pullSecrets(value: Value, path: FieldPath): Asked[] {
  return entriesOf(value).flatMap(([index, item]): Asked[] => {
    const name = typeof item === 'string' ? item : textAt(item, 'name')
    const field = typeof item === 'string' ? [...path, index] : [...path, index, 'name']
    return name ? [{ place: 'pull-secret', field, name, keys: [], optional: true }] : []
  })
}

function volumes(value: Value, path: FieldPath): Asked[] {
  return entriesOf(value).flatMap(([index, item]): Asked[] => {
    const at = [...path, index]
    const secret = mapAt(item, 'secret')
    const own = secret === undefined ? [] : fromVolume(secret, 'secretName', [...at, 'secret'])
    const projected = listAt(item, 'projected', 'sources').flatMap((source, i) => {
      const part = mapAt(source, 'secret')
      return part === undefined ? [] : fromVolume(part, 'name', [...at, 'projected', 'sources', i, 'secret'])
    })
    return [...own, ...projected, ...fromDriver(item, at)]
  })
}

/** Volumes of CSI drivers and of older kinds: the driver decides which keys it reads (consumers.md §1.1). */
function fromDriver(item: Value, path: FieldPath): Asked[] {
  return Object.entries(isMap(item) ? item : {}).flatMap(([kind, source]) =>
    [
      ['secretRef', 'name'],
      ['nodePublishSecretRef', 'name'],
      ...(kind === 'azureFile' ? [['secretName']] : []),
    ].flatMap((ref): Asked[] => {
      const name = textAt(source, ...ref)
      return name ? [{ place: 'name', field: [...path, kind, ...ref], name, keys: [], optional: false }] : []
    }),
  )
}

function fromVolume(secret: ValueMap, nameField: 'secretName' | 'name', path: FieldPath): Asked[] {
  const name = textAt(secret, nameField)
  if (!name) return []
  const optional = secret.optional === true
  const items = listAt(secret, 'items').flatMap((item, i): Asked[] => {
    const key = textAt(item, 'key')
    if (!key) return []
    const as = textAt(item, 'path')
    return [
      {
        place: 'volume',
        field: [...path, 'items', i, 'key'],
        name,
        keys: [[key]],
        optional,
        ...(as ? { as } : {}),
      },
    ]
  })
  return items.length > 0 ? items : [{ place: 'volume', field: [...path, nameField], name, keys: [], optional }]
}

function subPaths(value: Value, path: FieldPath, { volumes: known, container }: Around): Asked[] {
  return entriesOf(value).flatMap(([index, item]): Asked[] => {
    const volume = known.get(textAt(item, 'name') ?? '')
    const sub = textAt(item, 'subPath')
    if (volume === undefined || !sub) return []
    return subPath(volume, sub, [...path, index, 'subPath'], textAt(item, 'mountPath'), container)
  })
}

function subPath(
  volume: Volume,
  sub: string,
  field: FieldPath,
  as: string | undefined,
  container: string | undefined,
): Asked[] {
  const [name, ...or] = volume.secrets
  const key = sub.split('/')[0]
  // With `items` the first segment is a path of the volume's own, and its key is asked for there.
  if (name === undefined || !key || volume.hasItems || volume.isMixed) return []
  return [
    {
      place: 'sub-path',
      field,
      name,
      keys: [[key]],
      optional: volume.optional,
      ...(or.length === 0 ? {} : { or }),
      ...(as ? { as } : {}),
      ...(container === undefined ? {} : { container }),
    },
  ]
}

/** app-template: `persistence.<id>: {type: secret, name}`, mounted by `globalMounts` and `advancedMounts` (consumers.md §5.4). */
function persistence(value: ValueMap, path: FieldPath): Asked[] {
  if (path.at(-2) !== 'persistence' || textAt(value, 'type') !== 'secret') return []
  const name = textAt(value, 'name')
  if (!name) return []
  const volume = volumeOf(value, 'name')
  const mounts: (readonly [FieldPath, Value, string | undefined])[] = [
    ...listAt(value, 'globalMounts').map((mount, i) => [[...path, 'globalMounts', i], mount, undefined] as const),
    ...Object.entries(mapAt(value, 'advancedMounts') ?? {}).flatMap(([controller, containers]) =>
      Object.entries(isMap(containers) ? containers : {}).flatMap(([container, all]) =>
        listAt(all).map(
          (mount, i) => [[...path, 'advancedMounts', controller, container, i], mount, container] as const,
        ),
      ),
    ),
  ]
  return [
    ...fromVolume(value, 'name', path),
    ...mounts.flatMap(([at, mount, container]) => {
      const sub = textAt(mount, 'subPath')
      return sub ? subPath(volume, sub, [...at, 'subPath'], textAt(mount, 'path'), container) : []
    }),
  ]
}

function volumeOf(secret: ValueMap, nameField: 'secretName' | 'name'): Volume {
  const name = textAt(secret, nameField)
  return {
    secrets: name ? [name] : [],
    optional: secret.optional === true,
    hasItems: listAt(secret, 'items').length > 0,
    isMixed: false,
  }
}

const NO_VOLUMES: ReadonlyMap<string, Volume> = new Map()

/** The volumes of the lists in a map of values (`extraVolumes`), for the mounts beside them (`extraVolumeMounts`). */
function volumesBeside(value: ValueMap): ReadonlyMap<string, Volume> {
  const lists = Object.entries(value).filter(([key, below]) => /volumes$/i.test(key) && Array.isArray(below))
  return lists.length === 0 ? NO_VOLUMES : volumesIn(Object.fromEntries(lists))
}

/** Volumes by name; of several of one name (many Pods in one object) none is known. */
function volumesIn(value: Value | undefined): ReadonlyMap<string, Volume> {
  const known = new Map<string, Volume>()
  const others = new Set<string>()
  const add = (item: ValueMap) => {
    const name = textAt(item, 'name')
    if (!name) return
    const volume = secretVolume(item)
    if (volume === undefined || known.has(name) || others.has(name)) {
      others.add(name)
      known.delete(name)
    } else known.set(name, volume)
  }
  const collect = (here: Value | undefined, key: string, level: number): void => {
    if (level > MAX_LEVELS) return
    if (Array.isArray(here)) {
      for (const item of here as readonly Value[]) {
        if (/volumes$/i.test(key) && isMap(item)) add(item)
        collect(item, '', level + 1)
      }
    } else if (isMap(here)) for (const [name, below] of Object.entries(here)) collect(below, name, level + 1)
  }
  collect(value, '', 0)
  return known
}

function secretVolume(item: ValueMap): Volume | undefined {
  const secret = mapAt(item, 'secret')
  if (secret !== undefined) return volumeOf(secret, 'secretName')
  const sources = listAt(item, 'projected', 'sources')
  const secrets = sources.flatMap((source): ValueMap[] => {
    const part = mapAt(source, 'secret')
    return part === undefined ? [] : [part]
  })
  if (secrets.length === 0) return undefined
  return {
    secrets: secrets.flatMap((one) => textAt(one, 'name') ?? []),
    optional: secrets.some((one) => one.optional === true),
    hasItems: secrets.some((one) => listAt(one, 'items').length > 0),
    isMixed: secrets.length < sources.length,
  }
}

/** The items of a list, or of a map by name (the charts of bjw-s take either). */
function entriesOf(value: Value): readonly (readonly [number | string, Value])[] {
  if (Array.isArray(value)) return [...(value as readonly Value[]).entries()]
  return isMap(value) ? Object.entries(value) : []
}
