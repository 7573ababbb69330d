import type { SourceFile } from '../../../files/source-file.ts'
import type { AuthType, Provenance } from '../../../model/vault-state.ts'
import { authMountFact, mountFact } from '../engine-facts.ts'
import { type Harvest, policyFact } from '../harvest.ts'
import { lowerCaseName } from '../partly-known.ts'
import { placedLines, spanBetween } from '../placed-text.ts'
import { roleFact, withoutSecrets } from '../role-fields.ts'
import { placeText } from '../symbolic-text.ts'
import { evaluate, plainValue } from './evaluate.ts'
import type { Block } from './hcl-expression.ts'
import { type TerraformModule, terraformModules, type Written } from './module.ts'
import type { TerraformValue } from './terraform-value.ts'

interface Resource {
  readonly written: Written<Block>
  readonly module: TerraformModule
  readonly harvest: Harvest
}

const ROLES: Readonly<Record<string, AuthType>> = {
  vault_kubernetes_auth_backend_role: 'kubernetes',
  vault_approle_auth_backend_role: 'approle',
  vault_jwt_auth_backend_role: 'jwt',
}

/** Reads the resources of HashiCorp's Vault provider that shape a Vault, module by module. */
export function readTerraform(files: readonly SourceFile[], harvest: Harvest): void {
  for (const module of terraformModules(files))
    for (const written of module.resources) {
      if (written.node.type !== 'resource') continue
      const type = written.node.labels[0] ?? ''
      const resource = { written, module, harvest }
      const role = ROLES[type]
      if (role !== undefined) readRole(resource, role)
      else if (type === 'vault_policy') readPolicy(resource)
      else if (type === 'vault_mount') readMount(resource)
      else if (type === 'vault_auth_backend') readAuthBackend(resource, undefined)
      else if (type === 'vault_jwt_auth_backend') readAuthBackend(resource, 'jwt')
      else if (type === 'vault_kubernetes_auth_backend_config') readAuthConfig(resource)
    }
}

function provenance({ written: { node, placed } }: Resource): Provenance {
  return { from: 'git', span: spanBetween(placed, node.from, node.to), form: 'terraform' }
}

function attribute({ written, module }: Resource, name: string): TerraformValue | undefined {
  const node = written.node.body.attributes.get(name)
  return node === undefined ? undefined : evaluate({ ...written, node }, module)
}

/** An attribute that names something; `otherwise` where it is not given. */
function nameIn(resource: Resource, key: string, otherwise?: string) {
  const value = attribute(resource, key)
  if (value === undefined)
    return otherwise === undefined ? undefined : { name: otherwise, unknown: [] as readonly string[] }
  const plain = plainValue(value)
  return { name: String(plain.value), unknown: plain.unknown }
}

function readPolicy(resource: Resource): void {
  const { written, harvest } = resource
  const named = nameIn(resource, 'name')
  const body = attribute(resource, 'policy')
  if (named === undefined || body === undefined) return
  const span = spanBetween(written.placed, written.node.from, written.node.to)
  const base = { name: named.name, form: 'terraform' as const, namedAt: span }
  if (body.kind === 'text')
    harvest.policies.push(
      policyFact({
        ...base,
        unknown: [...new Set([...named.unknown, ...body.text.holes.map((hole) => hole.name)])],
        placed: placeText(body.placed, body.text),
      }),
    )
  else if (body.kind === 'document') {
    const placed = placedLines(written.placed.file, body.text, (line) => body.spanOf(line))
    const fact = policyFact({ ...base, unknown: [...new Set([...named.unknown, ...body.unknown])], placed })
    harvest.policies.push({ ...fact, spanOfLine: body.spanOf, provenance: { from: 'git', span, form: 'terraform' } })
  } else if (body.kind === 'file')
    harvest.writes.push({
      ...named,
      path: body.path,
      from: written.source,
      span,
      form: 'terraform',
      ...(body.variables === undefined ? {} : { variables: plainTexts(body.variables) }),
    })
  else
    harvest.textless.push({
      name: lowerCaseName(named.name, named.unknown),
      unknown: named.unknown,
      source: body.kind === 'unknown' ? `\`${body.name}\`` : 'an expression',
      span,
      form: 'terraform',
    })
}

function plainTexts(variables: Readonly<Record<string, TerraformValue>>): Record<string, string> {
  const known: Record<string, string> = {}
  for (const [name, value] of Object.entries(variables)) {
    const plain = plainValue(value)
    if (plain.unknown.length === 0 && typeof plain.value !== 'object') known[name] = String(plain.value)
  }
  return known
}

/** All attributes as data. `meta` arguments of Terraform itself are no fields. */
function fieldsOf(resource: Resource, leftOut: readonly string[]) {
  const fields: Record<string, unknown> = {}
  const unknown = new Set<string>()
  for (const key of resource.written.node.body.attributes.keys()) {
    if (leftOut.includes(key) || ['count', 'for_each', 'depends_on', 'provider', 'namespace'].includes(key)) continue
    const value = attribute(resource, key)
    if (value === undefined || (value.kind === 'literal' && value.value === null)) continue
    const plain = plainValue(value)
    fields[key] = plain.value
    for (const name of plain.unknown) unknown.add(name)
  }
  return { fields, unknown: [...unknown] }
}

function readRole(resource: Resource, type: AuthType): void {
  const backend = nameIn(resource, 'backend', type)
  const named = nameIn(resource, 'role_name')
  if (backend === undefined || named === undefined) return
  const { fields, unknown } = fieldsOf(resource, ['backend', 'role_name'])
  resource.harvest.roles.push(
    roleFact({
      authMount: backend.name.replace(/^auth\//, ''),
      name: named.name,
      fields,
      type,
      unknown: [...new Set([...backend.unknown, ...named.unknown, ...unknown])],
      provenance: provenance(resource),
    }),
  )
}

function readMount(resource: Resource): void {
  const type = nameIn(resource, 'type')
  const path = nameIn(resource, 'path')
  if (type === undefined || path === undefined) return
  const given = attribute(resource, 'options')
  const block = resource.written.node.body.blocks.find((candidate) => candidate.type === 'options')
  const version = block?.body.attributes.get('version')
  const options =
    given?.kind === 'object'
      ? plainValue(given).value
      : version === undefined
        ? {}
        : { version: plainValue(evaluate({ ...resource.written, node: version }, resource.module)).value }
  const description = nameIn(resource, 'description')
  const leases = ['default_lease_ttl', 'max_lease_ttl'].flatMap((field) => {
    const seconds = resource.written.node.body.attributes.get(`${field}_seconds`)
    if (seconds === undefined) return []
    const told = plainValue(evaluate({ ...resource.written, node: seconds }, resource.module))
    return told.unknown.length > 0 ? [] : [[field, told.value] as const]
  })
  resource.harvest.mounts.push(
    mountFact({
      path: path.name,
      type: type.name,
      options: {
        ...(options as Record<string, unknown>),
        ...(leases.length === 0 ? {} : { config: Object.fromEntries(leases) }),
      },
      unknown: [...new Set([...path.unknown, ...type.unknown])],
      provenance: provenance(resource),
      ...(description === undefined ? {} : { description: description.name }),
    }),
  )
}

function readAuthBackend(resource: Resource, usual: string | undefined): void {
  const type = nameIn(resource, 'type', usual)
  if (type === undefined) return
  const path = nameIn(resource, 'path', type.name) ?? type
  const { fields } = fieldsOf(resource, ['type', 'path', 'tune', 'description', 'local'])
  const config = usual === undefined || Object.keys(fields).length === 0 ? {} : { config: withoutSecrets(fields) }
  resource.harvest.authMounts.push(
    authMountFact({
      path: path.name,
      type: type.name,
      unknown: [...new Set([...path.unknown, ...type.unknown])],
      provenance: provenance(resource),
      ...config,
    }),
  )
}

function readAuthConfig(resource: Resource): void {
  const backend = nameIn(resource, 'backend', 'kubernetes')
  if (backend === undefined) return
  const { fields } = fieldsOf(resource, ['backend'])
  resource.harvest.authMounts.push(
    authMountFact({
      path: backend.name,
      type: 'kubernetes',
      config: withoutSecrets(fields),
      unknown: backend.unknown,
      provenance: provenance(resource),
    }),
  )
}
