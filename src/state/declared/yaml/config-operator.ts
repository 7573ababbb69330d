import type { FieldPath, ValueMap } from '../../../model/value.ts'
import { authMountFact, mountFact } from '../engine-facts.ts'
import { policyFact } from '../harvest.ts'
import { withTemplateHoles } from '../partly-known.ts'
import { placedBySpans } from '../placed-text.ts'
import { roleFact, withoutSecrets } from '../role-fields.ts'
import { type YamlContext, yamlProvenance } from './yaml-context.ts'
import { isList, isMap, snakeCase, textOf, variablesIn } from './yaml-values.ts'

/** A custom resource of vault-config-operator. */
export function isOperatorObject(node: ValueMap): boolean {
  return typeof node.apiVersion === 'string' && node.apiVersion.startsWith('redhatcop.redhat.io/') && isMap(node.spec)
}

interface OperatorObject {
  readonly name: string
  readonly spec: ValueMap
  readonly path: FieldPath
  readonly context: YamlContext
}

/** Reads the kinds that shape a Vault; the object's name is the policy's, role's or mount's unless `spec.name` says otherwise. */
export function readOperatorObject(node: ValueMap, path: FieldPath, context: YamlContext): void {
  const spec = node.spec
  if (!isMap(spec)) return
  const name = textOf(spec.name) ?? (isMap(node.metadata) ? textOf(node.metadata.name) : undefined)
  if (name === undefined) return
  const kind = String(node.kind)
  const read = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  read?.({ name, spec, path: [...path, 'spec'], context })
}

const KINDS: Readonly<Record<string, (object: OperatorObject) => void>> = {
  Policy: readPolicy,
  KubernetesAuthEngineRole: readKubernetesRole,
  JWTOIDCAuthEngineRole: readTokenRole,
  SecretEngineMount: readSecretMount,
  AuthEngineMount: readAuthMount,
  KubernetesAuthEngineConfig: readAuthConfig,
  JWTOIDCAuthEngineConfig: readAuthConfig,
}

function readPolicy({ name, spec, path, context }: OperatorObject): void {
  const text = spec.policy
  if (typeof text !== 'string') return
  const at = [...path, 'policy']
  const { document, source, harvest } = context
  const placed = placedBySpans(source, text, (line) => document.spanOfTextLine(at, line))
  const named = withTemplateHoles(name)
  // `${auth/kubernetes/@accessor}` is the operator's own placeholder; what it stands for is not in Git either.
  harvest.policies.push(policyFact({ name: named.text, unknown: named.unknown, placed, form: 'yaml', template: true }))
}

function readKubernetesRole({ name, spec, path, context }: OperatorObject): void {
  const { path: mount, policies, targetServiceAccounts, targetNamespaces, ...rest } = spec
  const listed = isMap(targetNamespaces) ? targetNamespaces.targetNamespaces : undefined
  const selected = isMap(targetNamespaces) && targetNamespaces.targetNamespaceSelector !== undefined
  const fields = {
    ...operatorFields(rest),
    token_policies: policies ?? null,
    bound_service_account_names: targetServiceAccounts ?? ['default'],
    // The operator keeps the list of namespaces that carry the labels; only the cluster knows it.
    ...(isList(listed) ? { bound_service_account_namespaces: listed } : {}),
  }
  const unknown = [...variablesIn(spec), ...(selected ? ['targetNamespaceSelector'] : [])]
  context.harvest.roles.push(
    roleFact({
      authMount: textOf(mount) ?? 'kubernetes',
      name,
      fields,
      type: 'kubernetes',
      unknown,
      provenance: yamlProvenance(context, path),
    }),
  )
}

function readTokenRole({ name, spec, path, context }: OperatorObject): void {
  const { path: mount, ...rest } = spec
  context.harvest.roles.push(
    roleFact({
      authMount: textOf(mount) ?? 'jwt',
      name,
      fields: operatorFields(rest),
      type: 'jwt',
      unknown: variablesIn(spec),
      provenance: yamlProvenance(context, path),
    }),
  )
}

function readSecretMount({ name, spec, path, context }: OperatorObject): void {
  const type = textOf(spec.type)
  if (type === undefined) return
  context.harvest.mounts.push(
    mountFact({
      path: mountPath(spec, name),
      type,
      options: isMap(spec.options) ? spec.options : {},
      unknown: variablesIn([mountPath(spec, name), type]),
      provenance: yamlProvenance(context, path),
    }),
  )
}

function readAuthMount({ name, spec, path, context }: OperatorObject): void {
  const type = textOf(spec.type)
  if (type === undefined) return
  context.harvest.authMounts.push(
    authMountFact({
      path: mountPath(spec, name),
      type,
      unknown: variablesIn(mountPath(spec, name)),
      provenance: yamlProvenance(context, path),
    }),
  )
}

function readAuthConfig({ name, spec, path, context }: OperatorObject): void {
  const { path: _, ...rest } = spec
  context.harvest.authMounts.push(
    authMountFact({
      path: mountPath(spec, name),
      type: undefined,
      config: withoutSecrets(operatorFields(rest)),
      unknown: variablesIn(mountPath(spec, name)),
      provenance: yamlProvenance(context, path),
    }),
  )
}

/** Engines are mounted at `spec.path`/name; without `spec.path` at the name alone. */
function mountPath(spec: ValueMap, name: string): string {
  const path = textOf(spec.path)
  return path === undefined || path === '' ? name : `${path}/${name}`
}

/** Vault's names for the fields; how the operator itself logs in is no part of what it writes. */
function operatorFields(spec: ValueMap): Record<string, unknown> {
  const { name: _, authentication: _authentication, connection: _connection, ...fields } = spec
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [snakeCase(key), value]))
}
