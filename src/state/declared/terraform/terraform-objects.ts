import type { SourceFile } from '../../../files/source-file.ts'
import { type Note, noteAt } from '../../../model/note.ts'
import type { DeclaredYaml } from '../declared.ts'
import { repositoryFiles } from '../file-lookup.ts'
import { spanBetween } from '../placed-text.ts'
import { terraformModules } from './load-modules.ts'
import { type AppliedObject, appliedObject, type FoundObject, GROUP } from './object-body.ts'
import { objectFromExpression } from './object-expression.ts'
import { objectsFromText } from './object-text.ts'
import { attribute, type Resource, resourcesOf, spanOfResource } from './resources.ts'
import { fileText } from './template-file.ts'

export interface TerraformObjects {
  readonly objects: readonly AppliedObject[]
  /** YAML files that Terraform fills as templates: what they would say by themselves is not what is applied. */
  readonly replaced: ReadonlySet<SourceFile>
  readonly notes: readonly Note[]
}

/** The attribute in which each resource type has its object. */
const ATTRIBUTES: Readonly<Record<string, string>> = { kubernetes_manifest: 'manifest', kubectl_manifest: 'yaml_body' }
/** Resources that apply objects in ways that are not read; they are told by name. */
const NOT_READ = new Set(['helm_release', 'null_resource', 'terraform_data'])

/**
 * External Secrets' own objects in Terraform: `kubernetes_manifest` and `kubectl_manifest`, as an object, a text, a template or a file
 * that is no YAML of its own (forms.md §6, "ESO objects"). Fields that nothing in Git tells stand as `${…}`.
 */
export function terraformObjects(files: readonly SourceFile[], yaml: DeclaredYaml): TerraformObjects {
  const terraform = files.filter(({ relative }) => /\.(?:tf|tofu|tfvars)$/.test(relative))
  const replaced = new Set<SourceFile>()
  const notes: Note[] = []
  const objects: AppliedObject[] = []
  const isWorth = terraform.some(({ text }) => /"(?:kubernetes_manifest|kubectl_manifest|helm_release)"/.test(text))
  if (!isWorth && !terraform.some(({ text }) => text.includes(GROUP))) return { objects, replaced, notes }
  const terragrunt = files.filter(({ relative }) => /(?:^|\/)terragrunt\.hcl$/.test(relative))
  const reading = { yaml, files: repositoryFiles(files), variables: new Map(), configMap: () => undefined }
  const counts = new Map<SourceFile, number>()
  for (const module of terraformModules(terraform, terragrunt, reading))
    for (const resource of resourcesOf(module, (type) => Object.hasOwn(ATTRIBUTES, type) || NOT_READ.has(type))) {
      if (NOT_READ.has(resource.type)) notes.push(...noteOf(resource))
      for (const found of foundIn(resource, yaml, replaced)) {
        const { source } = resource.written
        const document = counts.get(source) ?? 0
        counts.set(source, document + 1)
        objects.push(...appliedObject(found, source, document, 'terraform'))
      }
    }
  return { objects, replaced, notes: distinct(notes) }
}

function foundIn(resource: Resource, yaml: DeclaredYaml, replaced: Set<SourceFile>): FoundObject[] {
  const { type, written, env, module, evaluator } = resource
  const name = Object.hasOwn(ATTRIBUTES, type) ? ATTRIBUTES[type] : undefined
  const node = name === undefined ? undefined : written.node.body.attributes.get(name)
  const value = name === undefined ? undefined : attribute(resource, name)
  if (node === undefined || value === undefined) return []
  const whole = spanBetween(written.placed, node.from, node.to)
  if (value.kind === 'object') return objectFromExpression(value, { ...written, node }, { env, module, evaluator })
  if (value.kind === 'document')
    return value.of?.kind === 'object'
      ? objectFromExpression(value.of, { ...written, node }, { env, module, evaluator })
      : []
  if (value.kind === 'text') return objectsFromText(value.text, value.placed, yaml, whole)
  if (value.kind !== 'file') return []
  const filled = fileText(value, written.source, module)
  if (filled === undefined) return []
  const isYaml = /\.(?:ya?ml|json)$/.test(filled.source.relative)
  // A YAML file that is applied as it stands is read as one.
  if (isYaml && value.variables === undefined) return []
  if (isYaml) replaced.add(filled.source)
  return objectsFromText(filled.text, filled.placed, yaml, whole)
}

function noteOf(resource: Resource): Note[] {
  const { written, type } = resource
  const { node, placed } = written
  // The address of a chart repository is no object.
  if (!/external-secrets\.io\/v\d/.test(placed.text.slice(node.from, node.to))) return []
  const holds = type === 'helm_release' ? 'values' : 'commands'
  const name = `${type}.${node.labels[1] ?? ''}`
  return [noteAt(spanOfResource(resource), { code: 'terraform-not-read', resource: name, holds })]
}

function distinct(notes: readonly Note[]): Note[] {
  return [...new Map(notes.map((note) => [`${note.file}:${note.line}`, note])).values()]
}
