import type { SourceFile } from '../../../files/source-file.ts'
import { noteAt } from '../../../model/note.ts'
import { trimSlashes } from '../../../model/trim-slashes.ts'
import type { AuthType, InNamespace, Provenance } from '../../../model/vault-state.ts'
import { authMountFact, mountFact } from '../engine-facts.ts'
import { type Harvest, policyFact, type Reading } from '../harvest.ts'
import { lowerCaseName } from '../partly-known.ts'
import { harvestWrite, policyNameIn } from '../path-write.ts'
import { placedLines } from '../placed-text.ts'
import { roleFact, withoutSecrets } from '../role-fields.ts'
import { placeText, unknownIn } from '../symbolic-text.ts'
import { harvestGrants } from './identity-grants.ts'
import { terraformModules } from './load-modules.ts'
import type { TerraformModule } from './module.ts'
import { attribute, fieldsOf, nameIn, type Resource, resourcesOf, spanOfResource } from './resources.ts'
import { fileText } from './template-file.ts'
import { plainValue, type TerraformValue } from './terraform-value.ts'
import { readKeptToken } from './token-secrets.ts'

/** Resources that are roles: of what type, and which attribute has the name. */
const ROLES: Readonly<Record<string, { readonly type: AuthType; readonly name: string }>> = {
  vault_kubernetes_auth_backend_role: { type: 'kubernetes', name: 'role_name' },
  vault_approle_auth_backend_role: { type: 'approle', name: 'role_name' },
  vault_jwt_auth_backend_role: { type: 'jwt', name: 'role_name' },
  vault_cert_auth_backend_role: { type: 'cert', name: 'name' },
  vault_token_auth_backend_role: { type: 'token', name: 'role_name' },
  vault_ldap_auth_backend_user: { type: 'ldap', name: 'username' },
}

/** Reads the resources of HashiCorp's Vault provider that shape a Vault, module by module. */
export function readTerraform(
  files: readonly SourceFile[],
  terragrunt: readonly SourceFile[],
  reading: Reading,
  harvest: Harvest,
): void {
  let exhausted: TerraformModule | undefined
  for (const module of terraformModules(files, terragrunt, reading)) {
    const resources = resourcesOf(module, (type) => type.startsWith('vault_') || type.startsWith('kubernetes_secret'))
    for (const resource of resources) readResource(resource, harvest)
    harvestGrants(resources, harvest)
    if (module.budget.steps <= 0 || module.budget.instances < 0) exhausted = module
  }
  const [file] = files
  if (exhausted !== undefined && file !== undefined)
    harvest.limits.push(
      noteAt({ file: exhausted.blocks[0]?.source.file ?? file.file }, { code: 'declared-too-long', of: 'terraform' }),
    )
}

function readResource(resource: Resource, harvest: Harvest): void {
  const { type } = resource
  const role = Object.hasOwn(ROLES, type) ? ROLES[type] : undefined
  if (role !== undefined) readRole(resource, role, harvest)
  else if (type === 'vault_policy') readPolicy(resource, harvest)
  else if (type === 'vault_mount') readMount(resource, harvest)
  else if (type === 'vault_auth_backend') readAuthBackend(resource, undefined, harvest)
  else if (type === 'vault_jwt_auth_backend') readAuthBackend(resource, 'jwt', harvest)
  else if (type === 'vault_kubernetes_auth_backend_config') readAuthConfig(resource, harvest)
  else if (type === 'vault_generic_endpoint') readEndpoint(resource, harvest)
  else if (type.startsWith('kubernetes_secret')) readKeptToken(resource, harvest)
}

/** Where the resource is written, and into which Vault namespace. */
function where(resource: Resource): { readonly provenance: Provenance } & InNamespace {
  const namespace = attribute(resource, 'namespace')
  const plain = namespace === undefined ? undefined : plainValue(namespace)
  const known = plain !== undefined && plain.unknown.length === 0 && typeof plain.value === 'string'
  return {
    provenance: { from: 'git', span: spanOfResource(resource), form: 'terraform' },
    ...(known ? { vaultNamespace: trimSlashes(String(plain.value)) } : {}),
  }
}

function assumedBy({ evaluator }: Resource): readonly string[] {
  return [...evaluator.assumed]
}

function readPolicy(resource: Resource, harvest: Harvest): void {
  const named = nameIn(resource, 'name')
  const body = attribute(resource, 'policy')
  if (named === undefined || body === undefined) return
  const { provenance, ...namespace } = where(resource)
  const span = spanOfResource(resource)
  const base = { name: named.name, form: 'terraform' as const, namedAt: span, ...namespace }
  const assumed = assumedBy(resource)
  if (body.kind === 'text')
    harvest.policies.push(
      policyFact({
        ...base,
        assumed,
        unknown: [...new Set([...named.unknown, ...unknownIn(body.text)])],
        placed: placeText(body.placed, body.text),
      }),
    )
  else if (body.kind === 'document') {
    const placed = placedLines(span.file, body.text, (line) => body.spanOf(line))
    const unknown = [...new Set([...named.unknown, ...body.unknown])]
    const fact = policyFact({ ...base, assumed, unknown, placed, open: body.open ?? [] })
    harvest.policies.push({ ...fact, spanOfLine: body.spanOf, provenance })
  } else if (body.kind === 'file') {
    const filled = body.variables === undefined ? undefined : fileText(body, resource.written.source, resource.module)
    harvest.writes.push({
      ...named,
      ...namespace,
      assumed,
      path: body.path,
      from: resource.written.source,
      span,
      form: 'terraform',
      ...(filled === undefined
        ? {}
        : { filled: { placed: placeText(filled.placed, filled.text), unknown: unknownIn(filled.text) } }),
    })
  } else
    harvest.textless.push({
      name: lowerCaseName(named.name, named.unknown),
      unknown: named.unknown,
      source: body.kind === 'unknown' ? `\`${body.name}\`` : 'an expression',
      span,
      form: 'terraform',
      ...namespace,
    })
}

function readRole(resource: Resource, { type, name }: (typeof ROLES)[string], harvest: Harvest): void {
  const backend = nameIn(resource, 'backend', type)
  const named = nameIn(resource, name)
  if (backend === undefined || named === undefined) return
  const { fields, unknown } = fieldsOf(resource, ['backend', name])
  harvest.roles.push(
    roleFact({
      authMount: backend.name.replace(/^auth\//, ''),
      name: named.name,
      fields: type === 'token' ? { ...fields, token_policies: fields.allowed_policies ?? null } : fields,
      type,
      unknown: [...new Set([...backend.unknown, ...named.unknown, ...unknown])],
      assumed: assumedBy(resource),
      ...where(resource),
    }),
  )
}

function readMount(resource: Resource, harvest: Harvest): void {
  const type = nameIn(resource, 'type')
  const path = nameIn(resource, 'path')
  if (type === undefined || path === undefined) return
  const given = attribute(resource, 'options')
  const version = blockAttribute(resource, 'options', 'version')
  const options =
    given?.kind === 'object'
      ? plainValue(given).value
      : version === undefined
        ? {}
        : { version: plainValue(version).value }
  const description = nameIn(resource, 'description')
  const leases = ['default_lease_ttl', 'max_lease_ttl'].flatMap((field) => {
    const seconds = attribute(resource, `${field}_seconds`)
    const told = seconds === undefined ? undefined : plainValue(seconds)
    return told === undefined || told.unknown.length > 0 ? [] : [[field, told.value] as const]
  })
  harvest.mounts.push(
    mountFact({
      path: path.name,
      type: type.name,
      options: {
        ...(options as Record<string, unknown>),
        ...(leases.length === 0 ? {} : { config: Object.fromEntries(leases) }),
      },
      unknown: [...new Set([...path.unknown, ...type.unknown])],
      ...where(resource),
      ...(description === undefined ? {} : { description: description.name }),
    }),
  )
}

function blockAttribute(resource: Resource, type: string, name: string): TerraformValue | undefined {
  const { written, evaluator, env } = resource
  const block = written.node.body.blocks.find((candidate) => candidate.type === type)
  const node = block?.body.attributes.get(name)
  return node === undefined ? undefined : evaluator.evaluate({ ...written, node }, env)
}

function readAuthBackend(resource: Resource, usual: string | undefined, harvest: Harvest): void {
  const type = nameIn(resource, 'type', usual)
  if (type === undefined) return
  const path = nameIn(resource, 'path', type.name) ?? type
  const { fields } = fieldsOf(resource, ['type', 'path', 'tune', 'description', 'local'])
  const config = usual === undefined || Object.keys(fields).length === 0 ? {} : { config: withoutSecrets(fields) }
  harvest.authMounts.push(
    authMountFact({
      path: path.name,
      type: type.name,
      unknown: [...new Set([...path.unknown, ...type.unknown])],
      ...where(resource),
      ...config,
    }),
  )
}

function readAuthConfig(resource: Resource, harvest: Harvest): void {
  const backend = nameIn(resource, 'backend', 'kubernetes')
  if (backend === undefined) return
  const { fields } = fieldsOf(resource, ['backend'])
  harvest.authMounts.push(
    authMountFact({
      path: backend.name,
      type: 'kubernetes',
      config: withoutSecrets(fields),
      unknown: backend.unknown,
      ...where(resource),
    }),
  )
}

/** `vault_generic_endpoint { path, data_json }`: a write to any path. */
function readEndpoint(resource: Resource, harvest: Harvest): void {
  const path = nameIn(resource, 'path')
  const data = attribute(resource, 'data_json')
  if (path === undefined) return
  const of = data?.kind === 'document' ? data.of : undefined
  const plain = of === undefined ? { value: {}, unknown: ['data_json'] } : plainValue(of)
  const fields = plain.value as Readonly<Record<string, unknown>>
  const policy = policyNameIn(path.name)
  const span = spanOfResource(resource)
  const { provenance, ...namespace } = where(resource)
  if (policy !== undefined) {
    if (typeof fields.policy !== 'string') return
    const placed = placedLines(span.file, fields.policy, () => span)
    const unknown = [...path.unknown, ...plain.unknown]
    harvest.policies.push(policyFact({ name: policy, unknown, placed, form: 'terraform', namedAt: span, ...namespace }))
    return
  }
  harvestWrite(
    {
      path: path.name,
      fields,
      unknownInPath: path.unknown,
      unknown: [...path.unknown, ...plain.unknown],
      assumed: assumedBy(resource),
      provenance,
      ...namespace,
    },
    harvest,
  )
}
