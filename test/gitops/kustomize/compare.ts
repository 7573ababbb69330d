import { parseYaml } from '../../../src/files/yaml/parse-yaml.ts'
import { GO_RUNTIME } from '../../../src/gitops/build/build-root.ts'
import { type Reading, undecidedFor } from '../../../src/gitops/kustomize/reading.ts'
import { plainValue } from '../../../src/gitops/placed/placed.ts'
import type { KustomizeBinary, RunResult } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import { isMap, mapAt, stringAt, type Value } from '../../../src/model/value.ts'

const MANAGED_BY = 'app.kubernetes.io/managed-by'

/** What a reading and kustomize's output say of one build, side by side. */
export interface BuildComparison {
  /** Objects that the reader claims to decide, and those that it leaves to kustomize. */
  readonly claimed: number
  readonly leftObjects: number
  /** The reasons of these, by code. */
  readonly left: readonly string[]
  /** The reader says that kustomize refuses the build. */
  readonly fails: boolean
  readonly disagreements: readonly string[]
}

export function compareBuild(reading: Reading, built: Pick<RunResult, 'code' | 'stdout' | 'stderr'>): BuildComparison {
  const fails = reading.undecided.find((reason) => reason.fails)
  const none = { claimed: 0, left: [], leftObjects: 0, fails: fails !== undefined }
  const error = built.stderr
    .split('\n')
    .filter((line) => !line.startsWith('# Warning'))
    .join(' ')
    .slice(0, 400)
  if (fails !== undefined)
    return built.code !== 0
      ? { ...none, disagreements: [] }
      : {
          ...none,
          disagreements: [
            `the reader says it fails (${fails.code} at ${fails.file} ${fails.path.join('.')}), and it builds`,
          ],
        }
  if (built.code !== 0) {
    // Where something is undecided, that may be what kustomize refuses.
    const known = reading.undecided.length === 0
    return { ...none, disagreements: known ? [`the reader says it builds, and it fails: ${error}`] : [] }
  }
  const rendered = new Map<string, Value[]>()
  for (const { value } of parseYaml({ file: 'output', text: built.stdout }).documents) {
    const key = keyOf(value)
    rendered.set(key, [...(rendered.get(key) ?? []), value])
  }
  const disagreements: string[] = []
  const left: string[] = []
  const open = reading.undecided.some((reason) => reason.adds)
  let claimed = 0
  let leftObjects = 0
  let lost = 0
  for (const object of reading.objects) {
    const reasons = undecidedFor(reading, object)
    const own = plainValue(object.node)
    const key = keyOf(own)
    const found = object.hashed ? takeHashed(rendered, key) : rendered.get(key)?.shift()
    if (reasons.length > 0) {
      leftObjects++
      left.push(...new Set(reasons.map(({ code }) => code)))
      if (found === undefined) lost++
      continue
    }
    claimed++
    if (found === undefined) disagreements.push(`${key.replaceAll('\0', ' ')}: kustomize gives none`)
    else {
      const isManaged = mapAt(found, 'metadata', 'labels')?.[MANAGED_BY] !== undefined
      const [mine, theirs] = [own, found].map((value) => comparable(value, object.hashed, isManaged)) as [Value, Value]
      const difference = canonical(mine) === canonical(theirs) ? undefined : firstDifference(mine, theirs, [])
      if (difference !== undefined) disagreements.push(`${key.replaceAll('\0', ' ')} ${difference}`)
    }
  }
  const more = [...rendered.values()].flat()
  if (!open && more.length > lost)
    disagreements.push(...more.map((value) => `${keyOf(value).replaceAll('\0', ' ')}: the reader gives none`))
  return { claimed, left, leftObjects, fails: false, disagreements }
}

export function keyOf(value: Value): string {
  const text = (...path: string[]) => stringAt(value, ...path) ?? ''
  return [text('apiVersion'), text('kind'), text('metadata', 'namespace'), text('metadata', 'name')].join('\0')
}

function takeHashed(rendered: Map<string, Value[]>, key: string): Value | undefined {
  for (const [other, values] of rendered)
    if (other.startsWith(`${key}-`) && /^[a-z0-9]{10}$/.test(other.slice(key.length + 1)) && values.length > 0)
      return values.shift()
  return undefined
}

/** Without what the reader leaves out: data of generated Secrets and the hash behind their names, and what `buildMetadata` adds. */
function comparable(value: Value, hashed: boolean, isManaged: boolean): Value {
  if (!isMap(value)) return value
  const metadata = mapAt(value, 'metadata') ?? {}
  const { annotations, labels, name, ...rest } = metadata
  const own =
    annotations && without(annotations, ['config.kubernetes.io/origin', 'alpha.config.kubernetes.io/transformations'])
  const labelled = isManaged ? without(labels, [MANAGED_BY]) : labels
  const { data, ...body } = value
  const isSecret = value.kind === 'Secret'
  return {
    ...body,
    ...(isSecret || data === undefined ? {} : { data }),
    metadata: {
      ...rest,
      ...(hashed || name === undefined ? {} : { name }),
      ...(own === undefined ? {} : { annotations: own }),
      ...(labelled === undefined ? {} : { labels: labelled }),
    },
  }
}

function without(map: Value | undefined, names: readonly string[]): Value | undefined {
  if (!isMap(map)) return map
  const rest = Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)))
  return Object.keys(rest).length === 0 ? undefined : rest
}

/** JSON with sorted keys. */
function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(canonical).join(',')}]`
  if (!isMap(value)) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
}

function firstDifference(mine: Value | undefined, theirs: Value | undefined, path: readonly string[]): string {
  const keys = (value: Value | undefined) => (typeof value === 'object' && value !== null ? Object.keys(value) : [])
  const at = (value: Value | undefined, key: string) =>
    typeof value === 'object' && value !== null ? (value as Record<string, Value>)[key] : undefined
  if (keys(mine).length > 0 && keys(theirs).length > 0)
    for (const key of new Set([...keys(mine), ...keys(theirs)])) {
      const [a, b] = [at(mine, key), at(theirs, key)]
      if (a === undefined || b === undefined || canonical(a) !== canonical(b))
        return firstDifference(a, b, [...path, key])
    }
  return `${path.join('.')}: the reader ${JSON.stringify(mine)}, kustomize ${JSON.stringify(theirs)}`
}

/** Plain kustomize on a folder, with nothing of the environment. */
export function buildTree({ command, args }: KustomizeBinary, folder: string): Promise<RunResult> {
  const all = [...args, '--load-restrictor', 'LoadRestrictionsNone', folder]
  const env = { HOME: '/nowhere', PATH: '', ...GO_RUNTIME }
  return runProcess(command, all, { cwd: folder, timeout: 60_000, maxBuffer: 64 * 1024 * 1024, env })
}

/** kustomize has a process of its own for each tree, and the machine two cores. */
export async function twoAtATime<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await run(next)
  }
  await Promise.all([worker(), worker()])
}
