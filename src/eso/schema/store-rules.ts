import { compileGoRegexp } from '../../model/go-regexp.ts'
import type { Manifest } from '../../model/manifest.ts'
import { hasHole } from '../../model/placeholders.ts'
import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { AUTH_ORDER } from '../auth.ts'
import { isMap, listAt, mapAt, textAt, valueAt } from '../field-value.ts'
import { patchOver } from '../patched.ts'
import { formatPath } from './field-path.ts'
import type { ProblemList } from './problem-list.ts'
import { STORE_REFS } from './store-refs.ts'
import { isTemplateGarbage } from './undecided.ts'

const isSet = (value: Value | undefined): boolean => value !== undefined && value !== null
/** What ESO's webhook answers, as it is and in a sentence. */
const denied = (text: string, lead = ''): { readonly text: string; readonly message: string } => ({
  text,
  message: `${lead === '' ? '' : `${lead} `}ESO's webhook refuses the store: "${text}".`,
})
const FOREIGN =
  'namespace should either be empty or match the namespace of the SecretStore for a namespaced SecretStore'

const refused = (text: string, lead = ''): { readonly text: string; readonly message: string } => ({
  text,
  message: `${lead === '' ? '' : `${lead} `}The API server refuses the object: "${text}".`,
})

/** Whose Vault block it is: decides how namespaces in references count (eso.md §5.3). */
export type VaultHolder = 'SecretStore' | 'ClusterSecretStore' | 'generator'

/** Checks a Vault provider block as ESO's `ValidateStore` does (eso.md §5.5), and what only fails at login (eso.md §5.2). */
export function checkVaultProvider(
  manifest: Manifest,
  vault: ValueMap,
  at: FieldPath,
  holder: VaultHolder,
  list: ProblemList,
): void {
  checkRefs(manifest, vault, at, holder, list)
  checkMethods(manifest, vault, at, list)
  checkTls(vault, at, holder, list)
  checkCa(manifest, vault, at, holder, list)
  if (valueAt(vault, ['checkAndSet', 'required']) === true && textAt(vault, 'version') === 'v1') {
    list.add({
      kind: 'exclusive',
      effect: holder === 'generator' ? 'ignored' : 'denied',
      path: [...at, 'checkAndSet', 'required'],
      ...denied('checkAndSet is not supported with Vault KV version v1', 'KV v1 has no versions to compare.'),
      suggestion: 'Take `checkAndSet` away, or use `version: v2` on a KV v2 mount.',
    })
  }
}

function checkRefs(manifest: Manifest, vault: ValueMap, at: FieldPath, holder: VaultHolder, list: ProblemList): void {
  for (const { path, label, needsKey, of } of STORE_REFS) {
    const ref = mapAt(vault, ...path)
    if (ref === undefined) continue
    const full = [...at, ...path]
    const namespace = textAt(ref, 'namespace')
    const own = manifest.namespace
    if (holder === 'SecretStore' && namespace !== undefined && own !== undefined && namespace !== own) {
      if (!hasHole(namespace) && !hasHole(own) && isLookedAt(vault, path)) {
        list.add({
          kind: 'value',
          effect: 'denied',
          path: [...full, 'namespace'],
          ...denied(
            `invalid ${label}: ${FOREIGN}`,
            `\`${formatPath(full)}\` names the namespace \`${namespace}\`, and this SecretStore lives in \`${own}\`.`,
          ),
          suggestion: `Take \`namespace\` away and keep the ${of} in \`${own}\`, or make the store a ClusterSecretStore.`,
        })
      }
    }
    if (needsKey && !isSet(ref.key) && isSet(ref.name)) {
      list.add({
        kind: 'missing',
        effect: 'fails',
        path: [...full, 'key'],
        at: 'key',
        message: `\`${formatPath(full)}\` lacks \`key\`, which has no default here: ESO fails with \`cannot find secret data for key: ""\`.`,
        suggestion: 'Add `key:` with the name of the key in that Secret.',
      })
    }
  }
}

/** The webhook passes over a `roleRef` beside a `roleId`, a ServiceAccount beside a `secretRef`, and half of `tls` (eso.md §5.5). */
function isLookedAt(vault: ValueMap, path: FieldPath): boolean {
  if (path[0] === 'tls')
    return isSet(valueAt(vault, ['tls', 'certSecretRef'])) && isSet(valueAt(vault, ['tls', 'keySecretRef']))
  if (path[2] === 'roleRef') return !textAt(vault, 'auth', 'appRole', 'roleId')
  if (path[2] === 'kubernetesServiceAccountToken') return !isSet(valueAt(vault, ['auth', 'jwt', 'secretRef']))
  return true
}

function checkMethods(manifest: Manifest, vault: ValueMap, at: FieldPath, list: ProblemList): void {
  const auth = mapAt(vault, 'auth')
  if (auth === undefined) return
  const path = [...at, 'auth']
  const set = AUTH_ORDER.filter((method) => isSet(auth[method]))
  const [first, ...rest] = set
  if (first === undefined) {
    if (Object.values(auth).some((value) => typeof value === 'string' && hasHole(value))) return
    if (patchOver(manifest, path) !== undefined) return
    list.add({
      kind: 'missing',
      effect: 'fails',
      path,
      at: 'key',
      message: `\`${formatPath(path)}\` names no login method: ESO fails with \`cannot initialize Vault client: no valid auth method specified\`.`,
      suggestion: 'Add one, such as `kubernetes: {mountPath: kubernetes, role: …}`.',
    })
  }
  for (const method of rest) {
    list.add({
      kind: 'exclusive',
      effect: 'ignored',
      severity: 'warning',
      path: [...path, method],
      at: 'key',
      message: `\`${formatPath(path)}\` has several login methods; ESO uses \`${first}\` and ignores \`${method}\`.`,
      suggestion: `Take \`${method}\` away.`,
    })
  }
  const appRole = mapAt(auth, 'appRole')
  if (appRole !== undefined && !textAt(appRole, 'roleId') && !isSet(appRole.roleRef)) {
    list.add({
      kind: 'missing',
      effect: 'denied',
      path: [...path, 'appRole'],
      at: 'key',
      ...denied(
        'invalid Auth.AppRole: neither `roleId` nor `roleRef` was supplied',
        `\`${formatPath([...path, 'appRole'])}\` names no role.`,
      ),
      suggestion: 'Add `roleId`, or `roleRef` with `name` and `key` of a Secret.',
    })
  }
  const jwt = mapAt(auth, 'jwt')
  if (jwt !== undefined && !isSet(jwt.secretRef) && !isSet(jwt.kubernetesServiceAccountToken)) {
    list.add({
      kind: 'missing',
      effect: 'denied',
      path: [...path, 'jwt'],
      at: 'key',
      ...denied(
        'neither `secretRef` nor `kubernetesServiceAccountToken` was supplied as token source for jwt authentication',
        `\`${formatPath([...path, 'jwt'])}\` names no token.`,
      ),
      suggestion: 'Add `kubernetesServiceAccountToken: {serviceAccountRef: {name: …}}`.',
    })
  }
  const iamJwt = mapAt(auth, 'iam', 'jwt')
  if (iamJwt !== undefined && !isSet(iamJwt.serviceAccountRef)) {
    list.add({
      kind: 'missing',
      effect: 'fails',
      path: [...path, 'iam', 'jwt'],
      at: 'key',
      message: `\`${formatPath([...path, 'iam', 'jwt'])}\` lacks \`serviceAccountRef\`: ESO crashes on it (nil pointer).`,
      suggestion: 'Add `serviceAccountRef: {name: …}`, or take `jwt` away.',
    })
  }
}

function checkTls(vault: ValueMap, at: FieldPath, holder: VaultHolder, list: ProblemList): void {
  const tls = mapAt(vault, 'tls')
  if (tls === undefined) return
  const path = [...at, 'tls']
  const names = ['certSecretRef', 'keySecretRef'] as const
  const set = names.filter((name) => isSet(tls[name]))
  if (set.length === 1) {
    list.add({
      kind: 'missing',
      effect: 'denied',
      path,
      at: 'key',
      ...denied(
        'when provided, both ClientTLS.ClientCert and ClientTLS.SecretRef should be provided',
        `\`${formatPath(path)}\` has only \`${set[0]}\`.`,
      ),
      suggestion: 'Give both `certSecretRef` and `keySecretRef`.',
    })
  }
  if (holder !== 'ClusterSecretStore') return
  for (const name of set) {
    // Store validation looks in namespace "" (eso.md §5.3), so the store never becomes Ready.
    if (isSet(valueAt(tls, [name, 'namespace'])) || !isMap(tls[name])) continue
    list.add({
      kind: 'missing',
      effect: 'fails',
      path: [...path, name, 'namespace'],
      at: 'key',
      message: `\`${formatPath([...path, name])}\` of a ClusterSecretStore lacks \`namespace\`: ESO looks in namespace "", and the store never becomes ready.`,
      suggestion: 'Add `namespace:` of the Secret.',
    })
  }
}

function checkCa(manifest: Manifest, vault: ValueMap, at: FieldPath, holder: VaultHolder, list: ProblemList): void {
  const ca = mapAt(vault, 'caProvider')
  // caBundle wins, and caProvider is not looked at (eso.md §5.4).
  if (ca === undefined || textAt(vault, 'caBundle')) return
  const path = [...at, 'caProvider']
  if (!isSet(ca.key) && isSet(ca.name)) {
    list.add({
      kind: 'missing',
      effect: 'fails',
      path: [...path, 'key'],
      at: 'key',
      message: `\`${formatPath(path)}\` lacks \`key\`: ESO cannot tell which key of the ${textAt(ca, 'type') ?? 'Secret'} holds the certificate, and fails.`,
      suggestion: 'Add `key: ca.crt`, or whatever the key is called.',
    })
  }
  const namespace = textAt(ca, 'namespace')
  if (holder === 'ClusterSecretStore' && namespace === undefined) {
    list.add({
      kind: 'missing',
      effect: 'fails',
      path: [...path, 'namespace'],
      at: 'key',
      message: `\`${formatPath(path)}\` of a ClusterSecretStore lacks \`namespace\`: ESO fails with \`missing namespace on caProvider secret\`.`,
      suggestion: `Add \`namespace:\` of the ${textAt(ca, 'type') ?? 'Secret'}.`,
    })
  }
  const own = manifest.namespace
  if (holder === 'SecretStore' && namespace !== undefined && own !== undefined && namespace !== own) {
    if (hasHole(namespace) || hasHole(own)) return
    list.add({
      kind: 'value',
      effect: 'fails',
      path: [...path, 'namespace'],
      message: `\`${formatPath(path)}\` names the namespace \`${namespace}\`, and this SecretStore lives in \`${own}\`: ESO fails with "${FOREIGN}".`,
      suggestion: `Take \`namespace\` away and keep the ${textAt(ca, 'type') ?? 'Secret'} in \`${own}\`.`,
    })
  }
}

/** Checks a store's spec as `ValidateStore` does (eso.md §5.5): its conditions, and the one provider that it must have. */
export function checkStore(
  manifest: Manifest,
  spec: ValueMap,
  at: FieldPath,
  holder: Exclude<VaultHolder, 'generator'>,
  list: ProblemList,
): void {
  checkConditions(spec, at, list)
  const path = [...at, 'provider']
  const provider = spec.provider ?? {}
  if (!isMap(provider) || isTemplateGarbage(provider)) return
  if (!isSet(spec.provider) && patchOver(manifest, path) === undefined) {
    list.add({
      kind: 'missing',
      effect: 'denied',
      path,
      at: 'key',
      ...denied(
        `store error for ${manifest.name}: secret stores must only have exactly one backend specified, found 0`,
        `\`${formatPath(path)}\` names no provider.`,
      ),
      suggestion: 'Add `provider: {vault: {…}}`.',
    })
  }
  const vault = mapAt(provider, 'vault')
  if (vault !== undefined) checkVaultProvider(manifest, vault, [...path, 'vault'], holder, list)
  const openBao = mapAt(provider, 'openBao')
  if (openBao !== undefined) checkOpenBao(manifest, openBao, [...path, 'openBao'], holder, list)
}

/** What the CRD's rules and `ValidateStore` say of the provider for OpenBao: exactly one way to log in, and no namespace but the own. */
function checkOpenBao(manifest: Manifest, bao: ValueMap, at: FieldPath, holder: VaultHolder, list: ProblemList): void {
  checkRefs(manifest, bao, at, holder, list)
  const auth = mapAt(bao, 'auth')
  if (auth !== undefined) {
    exactlyOne(auth, ['appRole', 'tokenSecretRef', 'userPass'], [...at, 'auth'], list)
    const appRole = mapAt(auth, 'appRole')
    if (appRole !== undefined) exactlyOne(appRole, ['roleId', 'roleRef'], [...at, 'auth', 'appRole'], list)
  }
  if (isSet(bao.caBundle) && isSet(bao.caProvider))
    list.add({
      kind: 'exclusive',
      effect: 'rejected',
      path: [...at, 'caProvider'],
      at: 'key',
      ...refused('at most one of the fields in [caBundle caProvider] may be set'),
      suggestion: 'Take one of them away.',
    })
}

function exactlyOne(value: ValueMap, names: readonly string[], path: FieldPath, list: ProblemList): void {
  if (names.filter((name) => isSet(value[name])).length === 1 || isTemplateGarbage(value)) return
  list.add({
    kind: 'exclusive',
    effect: 'rejected',
    path,
    at: 'key',
    ...refused(
      `exactly one of the fields in [${names.join(' ')}] must be set`,
      `\`${formatPath(path)}\` decides nothing.`,
    ),
    suggestion: `Write one of ${names.map((name) => `\`${name}\``).join(', ')}.`,
  })
}

/** The regexes of `spec.conditions`. */
function checkConditions(spec: ValueMap, at: FieldPath, list: ProblemList): void {
  for (const [i, condition] of listAt(spec, 'conditions').entries()) {
    for (const [j, regex] of listAt(condition, 'namespaceRegexes').entries()) {
      if (typeof regex !== 'string' || hasHole(regex)) continue
      const compiled = compileGoRegexp(regex)
      if (!('invalid' in compiled)) continue
      const nth = (n: number) => `${n}th`
      list.add({
        kind: 'value',
        effect: 'denied',
        path: [...at, 'conditions', i, 'namespaceRegexes', j],
        ...denied(`failed to compile ${nth(j)} namespace regex in ${nth(i)} condition: ${compiled.invalid}`),
        suggestion: 'Go knows no look-around and no back-references.',
      })
    }
  }
}
