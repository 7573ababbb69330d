import { isMap, textAt } from '../eso/field-value.ts'
import type { FieldPath, Value, ValueMap } from '../model/value.ts'
import type { Asked } from './consumption.ts'

/** Fields that name a Secret which the controller itself writes (consumers.md §2.2, §7). */
const OUTPUT =
  /^(?:privateKeySecretRef|writeConnectionSecretToRef|writeConnectionSecretsToNamespace|unsealConfig|connectionSecretRef|connectionStringSecretName|publishConnectionDetailsTo|outputSecretName|serviceAccountRef|secretStoreRefs?|configMapKeyRef|configMapRef)$/

/** Above a `{name, key}` that is a Secret's. */
const SECRET = /secret|credential|passw|token|auth|^certificateRefs$|^ssl(?:Key|Cert|RootCert)$/i
const NO_SECRET = /configmap/i

const MAX_LEVELS = 40

/**
 * Names of Secrets in a custom resource that nobody described: `{name, key}` below a field that speaks of a secret, and `…SecretRef`,
 * `…SecretName` without a key (consumers.md §2.2). Which of them a controller cannot do without is not known.
 */
export function selectors(body: Value): Asked[] {
  const spec = isMap(body) ? body.spec : undefined
  return spec === undefined ? [] : within(spec, ['spec'], false, 0)
}

function within(value: Value, path: FieldPath, speaks: boolean, level: number): Asked[] {
  if (level > MAX_LEVELS) return []
  if (Array.isArray(value))
    return (value as readonly Value[]).flatMap((item, i) => within(item, [...path, i], speaks, level + 1))
  if (!isMap(value)) return []
  const own = speaks ? selector(value, path) : undefined
  if (own !== undefined) return [own]
  return Object.entries(value).flatMap(([key, below]): Asked[] => {
    if (OUTPUT.test(key) || NO_SECRET.test(key)) return []
    const at = [...path, key]
    if (typeof below === 'string' && below !== '' && /secretName$/i.test(key))
      return [{ place: 'name', field: at, name: below, keys: [], optional: path.includes('tls') }]
    return within(below, at, speaks || SECRET.test(key), level + 1)
  })
}

function selector(value: ValueMap, path: FieldPath): Asked | undefined {
  const name = textAt(value, 'name')
  if (!name) return undefined
  const kind = textAt(value, 'kind')
  if (kind !== undefined && kind !== 'Secret') return undefined
  const key = textAt(value, 'key')
  const namespace = textAt(value, 'namespace')
  const common = { name, optional: value.optional === true, ...(namespace ? { namespace } : {}) }
  if (key) {
    const keda = path.includes('secretTargetRef')
    return { ...common, place: keda ? 'keda' : 'selector', field: [...path, 'key'], keys: [[key]] }
  }
  const last = path.findLast((step) => typeof step === 'string') ?? ''
  // `certificateRefs`, `secretRef`, `valuesFrom` with a kind: a name, and no word on its keys.
  if (!/(?:secret|secretRefs?|credentials?|certificateRefs)$/i.test(String(last)) && kind !== 'Secret') return undefined
  return { ...common, place: 'name', field: [...path, 'name'], keys: [] }
}
