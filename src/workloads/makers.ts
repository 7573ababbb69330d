import type { Creation, ProducedSecret } from '../eso/facts/produced-secrets.ts'
import { isMap, listAt, mapAt, textAt } from '../eso/field-value.ts'
import { groupOf } from '../eso/kinds.ts'
import type { SecretKeys } from '../eso/template/secret-keys.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Value } from '../model/value.ts'

/** Something in Git that makes a Secret, or writes into one. */
export interface SecretMaker {
  readonly by: Manifest
  readonly namespace: string | undefined
  readonly name: string
  /** An operator adds to the name: `<cluster>-pguser-<user>`. */
  readonly isPrefix?: true
  readonly keys: SecretKeys
  readonly type: string | undefined
  /** `operator`: a controller other than ESO makes it. */
  readonly creation: Creation | 'operator'
}

export function isEsoMaker({ creation }: SecretMaker): boolean {
  return creation !== 'plain' && creation !== 'operator'
}

/** Whether the Secret is there because of it. */
export function makes({ creation }: SecretMaker): boolean {
  return creation !== 'None' && creation !== 'Merge'
}

/** The makers that are not ESO's: Secrets in Git, sealed ones, and what operators make (consumers.md §7). */
export function makersOf(produced: readonly ProducedSecret[], workloads: readonly Manifest[]): SecretMaker[] {
  return [...produced, ...workloads.flatMap(madeBy)]
}

const open = (because: string, known: readonly string[] = []): SecretKeys => ({
  known: new Set(known),
  open: true,
  because,
})

function madeBy(manifest: Manifest): SecretMaker[] {
  const { apiVersion, kind, name, namespace, body } = manifest
  const made = (secret: string | undefined, keys: SecretKeys, more: Partial<SecretMaker> = {}): SecretMaker[] =>
    secret ? [{ by: manifest, namespace, name: secret, keys, type: undefined, creation: 'operator', ...more }] : []
  const operator = open(`${kind} ${name} makes it`)
  switch (`${groupOf(apiVersion)}/${kind}`) {
    case '/Secret': {
      const keys = new Set(['data', 'stringData'].flatMap((field) => Object.keys(mapAt(body, field) ?? {})))
      const whole = { known: keys, open: false, because: 'all its keys are written in Git' }
      return made(name, whole, { type: textAt(body, 'type'), creation: 'plain' })
    }
    case 'bitnami.com/SealedSecret': {
      const template = mapAt(body, 'spec', 'template')
      const keys = [
        ...Object.keys(mapAt(body, 'spec', 'encryptedData') ?? {}),
        ...Object.keys(mapAt(template, 'data') ?? {}),
      ]
      const whole = { known: new Set(keys), open: false, because: 'all its keys are sealed in Git' }
      const own = textAt(template, 'metadata', 'name') ?? name
      return made(own, whole, { type: textAt(template, 'type'), creation: 'plain' })
    }
    case 'cert-manager.io/Certificate':
      return made(textAt(body, 'spec', 'secretName'), open('cert-manager writes it', ['tls.crt', 'tls.key', 'ca.crt']))
    case 'networking.k8s.io/Ingress':
    case 'gateway.networking.k8s.io/Gateway':
      return shim(manifest)
    case 'postgresql.cnpg.io/Cluster':
      return ['app', 'superuser', 'ca', 'server', 'replication'].flatMap((part) => made(`${name}-${part}`, operator))
    case 'postgres-operator.crunchydata.com/PostgresCluster':
      return made(`${name}-pguser-`, operator, { isPrefix: true })
    case 'kafka.strimzi.io/KafkaUser':
    case 'objectbucket.io/ObjectBucketClaim':
    case 'talos.dev/ServiceAccount':
      return made(name, operator)
    default:
      return written(body).flatMap(({ secret, space }) => made(secret, operator, space ? { namespace: space } : {}))
  }
}

/** Certificates that cert-manager makes for what an Ingress or Gateway names. */
function shim(manifest: Manifest): SecretMaker[] {
  const { body, namespace } = manifest
  const annotations = Object.keys(mapAt(body, 'metadata', 'annotations') ?? {})
  if (!annotations.some((name) => name.startsWith('cert-manager.io/'))) return []
  const keys = open('cert-manager writes it', ['tls.crt', 'tls.key', 'ca.crt'])
  const names = [
    ...listAt(body, 'spec', 'tls').map((tls) => textAt(tls, 'secretName')),
    ...listAt(body, 'spec', 'listeners').flatMap((listener) =>
      listAt(listener, 'tls', 'certificateRefs').map((ref) => textAt(ref, 'name')),
    ),
  ]
  return names.flatMap((name) =>
    name ? [{ by: manifest, namespace, name, keys, type: 'kubernetes.io/tls', creation: 'operator' as const }] : [],
  )
}

/** Fields in which an object names the Secret that its controller writes. */
const WRITES =
  /^(?:privateKeySecretRef|writeConnectionSecretToRef|connectionSecretRef|outputSecretName|connectionStringSecretName|generatedSecretName)$/

function written(value: Value): { readonly secret: string; readonly space: string | undefined }[] {
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap(written)
  if (!isMap(value)) return []
  return Object.entries(value).flatMap(([key, below]) => {
    if (!WRITES.test(key)) return written(below)
    const secret = typeof below === 'string' ? below : textAt(below, 'name')
    return secret ? [{ secret, space: textAt(below, 'namespace') }] : []
  })
}
