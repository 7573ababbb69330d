import type { Severity } from '../model/finding.ts'
import type { SecretPlace } from '../model/secret-place.ts'
import { listed, nameManifest } from '../model/wording.ts'
import type { Consumption, Controller } from '../workloads/consumption.ts'
import { variableName } from '../workloads/fragments.ts'
import type { SecretMaker } from '../workloads/makers.ts'

/** Keys named in one message. */
const KEYS_NAMED = 10

/** `object` is how the message calls the object: `Deployment shop/api takes API_KEY from key api_key of Secret db`. */
export function asksFor(one: Consumption, keys: readonly string[]): (object: string) => string {
  const key = `${keys.length > 1 ? 'keys' : 'key'} ${named(keys)} of Secret \`${one.name}\``
  const within = one.inValues ? 'The values of ' : ''
  const container = one.container === undefined ? '' : ` in container \`${one.container}\``
  const as = one.as ?? variableName(one.by.body, one.field)
  return (object) => {
    const who = `${within}${object}`
    switch (one.place) {
      case 'env':
        return `${who} ${one.inValues ? 'take' : 'takes'} ${as === undefined ? 'a variable' : `variable \`${as}\``}${container} from ${key}`
      case 'volume':
        return `${who} ${one.inValues ? 'mount' : 'mounts'} ${key}${as === undefined ? '' : ` as \`${as}\``}`
      case 'sub-path':
        return `${who} ${one.inValues ? 'mount' : 'mounts'} ${key} by \`subPath\`${as === undefined ? '' : ` at \`${as}\``}${container}`
      case 'values-from':
        return `${who} takes its values from ${key}`
      case 'fixed':
        return `${who} ${one.inValues ? 'need' : 'needs'} ${key}`
      default:
        return `${who} ${one.inValues ? 'read' : 'reads'} ${key}`
    }
  }
}

/** `Deployment shop/api` uses the Secret, whatever key. */
export function usesSecret(one: Consumption): (object: string) => string {
  const within = one.inValues ? 'The values of ' : ''
  const s = one.inValues ? '' : 's'
  return (object) => {
    const who = `${within}${object}`
    if (one.place === 'env-from') return `${who} take${s} variables from Secret \`${one.name}\``
    if (one.place === 'volume' || one.place === 'sub-path') return `${who} mount${s} Secret \`${one.name}\``
    if (one.place === 'values-from' || one.place === 'substitute-from')
      return `${who} take${s} values from Secret \`${one.name}\``
    return `${who} use${s} Secret \`${one.name}\``
  }
}

const ERRORS: ReadonlySet<SecretPlace> = new Set([
  'env',
  'env-from',
  'volume',
  'sub-path',
  'values-from',
  'substitute-from',
  'fixed',
])

/** By what the kubelet or the controller does when it is not there (consumers.md §6). */
export function severityOf({ place, by }: Consumption): Severity {
  // In which namespace the controller of a cluster-wide object looks is its own setting (consumers.md §2.2).
  if (/^Cluster[A-Z]/.test(by.kind)) return 'warning'
  return ERRORS.has(place) ? 'error' : 'warning'
}

/** What follows when the Secret is there and a key of it is not (consumers.md §1.1, §2). */
export function withoutKey(one: Consumption, keys: readonly string[]): string {
  const [first = ''] = keys
  const secret = one.secretNamespace === undefined ? one.name : `${one.secretNamespace}/${one.name}`
  switch (one.place) {
    case 'env':
      return `The kubelet answers \`couldn't find key ${first} in Secret ${secret}\`, and the container does not start.`
    case 'volume':
      return `The kubelet answers \`references non-existent secret key: ${first}\`, and the Pod stays in ContainerCreating.`
    case 'sub-path':
      return 'Kubernetes makes an empty directory in its place and reports nothing: the program finds a directory instead of a file.'
    case 'values-from':
      return 'Flux answers `key not found` and does not upgrade the release; the old one keeps running.'
    case 'fixed':
      return one.controller === undefined ? '' : CONTROLLERS[one.controller](first)
    case 'keda':
      return 'KEDA takes an empty text for it, and reports nothing.'
    case 'argocd-text':
      return `Argo CD takes the text \`$${one.name}:${first}\` itself for the value; only a log says so.`
    default:
      return 'Its controller will not find it.'
  }
}

/** What follows when there is no such Secret at all. */
export function withoutSecret(one: Consumption): string {
  switch (one.place) {
    case 'env':
    case 'env-from':
      return `The kubelet answers \`secret "${one.name}" not found\`, and the container does not start.`
    case 'volume':
    case 'sub-path':
      return `The kubelet answers \`secret "${one.name}" not found\`, and the Pod stays in ContainerCreating.`
    case 'values-from':
      return 'Flux does not upgrade the release; the old one keeps running.'
    case 'substitute-from':
      return 'Flux applies nothing of what stands under it.'
    default:
      return 'Whoever reads it finds nothing.'
  }
}

const CONTROLLERS: Readonly<Record<Controller, (key: string) => string>> = {
  volsync: (key) =>
    `VolSync answers \`secret is missing field: ${key}\` and starts no Job: nothing is backed up or restored.`,
  cnpg: (key) => `CloudNativePG answers \`${key} key doesn't exist inside the secret\`.`,
  'envoy-gateway': () => 'Envoy Gateway does not accept the policy.',
  'flux-receiver': () => "Flux answers `required fields 'token'`, and the webhook does not work.",
  'flux-provider': () => 'Flux sends no alert.',
  'flux-source': () => 'Flux cannot fetch the source.',
  'flux-oci': () => 'Flux cannot log in to the registry.',
  'actions-runner': () => 'The listener of the runner scale set does not start.',
  gitea: (key) => `The init container does not start: \`couldn't find key ${key}\`.`,
  'cert-manager': () => 'The issuer does not become Ready.',
  'argocd-repository': () => 'Argo CD does not find the repository.',
  'argocd-cluster': () => 'Argo CD leaves the cluster out.',
}

/** `ExternalSecret shop/db makes with `a`, `b``, for the middle of a sentence. */
export function madeWith(makers: readonly SecretMaker[], keys: ReadonlySet<string>): string {
  const names = [...new Set(makers.map(({ by }) => nameManifest(by)))]
  return `${listed(names.slice(0, 3))} ${names.length > 1 ? 'make' : 'makes'} with ${toldKeys(keys)}`
}

export function toldKeys(keys: ReadonlySet<string>): string {
  if (keys.size === 0) return 'no key'
  const sorted = [...keys].sort()
  const more = sorted.length - KEYS_NAMED
  return more <= 0
    ? `${sorted.length === 1 ? 'key' : 'keys'} ${named(sorted)}`
    : `${sorted.length} keys (${sorted.slice(0, KEYS_NAMED).map(code).join(', ')} and ${more} more)`
}

export function named(keys: readonly string[]): string {
  return listed(keys.map(code))
}

function code(text: string): string {
  return `\`${text}\``
}
