import type { Manifest } from '../../model/manifest.ts'
import type { FieldPath, ValueMap } from '../../model/value.ts'
import { isMap, mapAt } from '../field-value.ts'
import { checkDurations } from './duration-rules.ts'
import { checkExternalSecret } from './external-secret-rules.ts'
import { formatPath } from './field-path.ts'
import { checkMetadata } from './metadata-rules.ts'
import type { SchemaProblem } from './problem.ts'
import { type ProblemList, type ProblemPlace, problemList } from './problem-list.ts'
import { checkPushSecret } from './push-secret-rules.ts'
import type { KindSchema } from './schema-node.ts'
import { checkStore, checkVaultProvider, type VaultHolder } from './store-rules.ts'
import { checkStructure } from './structure.ts'
import { checkYaml11 } from './yaml11.ts'

/** What one release says to a manifest. */
export interface Judged {
  readonly problems: readonly SchemaProblem[]
  /** Whether there are more than the problems that are told one by one. */
  readonly hasUnlisted: boolean
  /** Whether it has a problem of this effect at this place, told or not. */
  has(place: ProblemPlace): boolean
  /** Whether it has any problem at a field. */
  hasAt(path: FieldPath): boolean
}

const placeOf = ({ path, effect }: ProblemPlace): string => `${effect} ${formatPath(path)}`

/** Everything that is wrong with a manifest when the release that `schema` comes from is installed. `newest`: what ESO has today. */
export function judgeBy(manifest: Manifest, schema: KindSchema, newest: KindSchema): Judged {
  const structure = checkStructure(manifest, schema, newest)
  const list = problemList(manifest, structure.moves)
  checkMetadata(manifest, structure.body, list)
  checkYaml11(manifest, schema, structure.body, list)
  checkKind(manifest, structure.body, list)
  const problems = [...structure.problems, ...list.problems]
  const all: readonly ProblemPlace[] = [...problems, ...structure.unlisted, ...list.unlisted]
  // Made when they are asked for: of an object that is told whole nobody asks.
  let places: ReadonlySet<string> | undefined
  let paths: ReadonlySet<string> | undefined
  return {
    problems,
    hasUnlisted: all.length > problems.length,
    has(place) {
      places ??= new Set(all.map(placeOf))
      return places.has(placeOf(place))
    },
    hasAt(path) {
      paths ??= new Set(all.map((place) => formatPath(place.path)))
      return paths.has(formatPath(path))
    },
  }
}

/** Kinds whose spec is optional to the API server and asked for by no webhook. */
const UNASKED_SPEC = new Set([
  'ClusterExternalSecret',
  'PushSecret',
  'ClusterPushSecret',
  'VaultDynamicSecret',
  'ClusterGenerator',
])

function checkKind(manifest: Manifest, body: ValueMap, list: ProblemList): void {
  const { kind } = manifest
  if (UNASKED_SPEC.has(kind) && (body.spec ?? null) === null)
    list.add({
      kind: 'missing',
      effect: 'fails',
      path: ['spec'],
      at: 'key',
      message: '`spec` is missing: the API server takes the object, and nothing comes of it.',
    })
  // What a template or a wrong type stands for is not known.
  const specAt = (...path: string[]): ValueMap | undefined => {
    const above = path.length === 1 ? body : mapAt(body, ...path.slice(0, -1))
    const value = above?.[path.at(-1) ?? '']
    return value === undefined || value === null
      ? above === undefined
        ? undefined
        : {}
      : isMap(value)
        ? value
        : undefined
  }
  if (kind === 'ExternalSecret' || kind === 'ClusterExternalSecret') {
    const path = kind === 'ExternalSecret' ? ['spec'] : ['spec', 'externalSecretSpec']
    const spec = kind === 'ExternalSecret' ? specAt(...path) : mapAt(body, ...path)
    if (spec !== undefined) checkExternalSecret(manifest, spec, path, list)
  } else if (kind === 'PushSecret' || kind === 'ClusterPushSecret') {
    const path = kind === 'PushSecret' ? ['spec'] : ['spec', 'pushSecretSpec']
    const spec = kind === 'PushSecret' ? specAt(...path) : mapAt(body, ...path)
    if (spec !== undefined) checkPushSecret(manifest, spec, path, list)
  } else if (kind === 'SecretStore' || kind === 'ClusterSecretStore') {
    const spec = specAt('spec')
    if (spec !== undefined) checkStore(manifest, spec, ['spec'], kind, list)
  } else if (kind === 'VaultDynamicSecret') {
    checkVault(manifest, body, ['spec', 'provider'], 'generator', list)
  } else if (kind === 'ClusterGenerator') {
    checkVault(manifest, body, ['spec', 'generator', 'vaultDynamicSecretSpec', 'provider'], 'generator', list)
  }
  checkDurations(kind, body, list)
}

function checkVault(manifest: Manifest, body: ValueMap, at: FieldPath, holder: VaultHolder, list: ProblemList): void {
  const vault = mapAt(body, ...at)
  if (vault !== undefined) checkVaultProvider(manifest, vault, at, holder, list)
}
