import type { FieldPath, ValueMap } from '../../../model/value.ts'
import { authMountFact, mountFact } from '../engine-facts.ts'
import { lowerCaseName } from '../partly-known.ts'
import { fillTemplates } from './fill-templates.ts'
import { type YamlContext, yamlProvenance } from './yaml-context.ts'
import { isMap, textOf } from './yaml-values.ts'

/**
 * What Ansible's Vault modules name and do not hold: a policy whose text is a file of the controller or a template, an engine, an auth
 * method (forms.md §6). Policies and roles with their fields in place are read as data, wherever they stand.
 */
export function readVaultModules(node: ValueMap, path: FieldPath, context: YamlContext): void {
  for (const [key, given] of Object.entries(node)) {
    const module = /^(?:[\w.]+\.)?hashivault_(policy|secret_engine|auth_method)$/.exec(key)?.[1]
    if (module === undefined || !isMap(given) || given.state === 'absent' || given.state === 'disabled') continue
    const filled = fillTemplates(given, context.variables)
    const fields = isMap(filled.value) ? filled.value : {}
    const at = [...path, key]
    if (module === 'policy') readPolicy(fields, filled.unknown, at, context)
    else if (module === 'secret_engine') readEngine(fields, filled.unknown, at, context)
    else readAuthMethod(fields, filled.unknown, at, context)
  }
}

function readPolicy(fields: ValueMap, unknown: readonly string[], at: FieldPath, context: YamlContext): void {
  const { harvest, source, document } = context
  const name = textOf(fields.name)
  if (name === undefined) return
  const inName = unknown.filter((one) => name.includes(`\${${one}}`))
  const file = textOf(fields.rules_file) ?? fileIn(textOf(fields.rules))
  const span = document.spanOf(at)
  if (file !== undefined) harvest.writes.push({ name, unknown: inName, path: file, from: source, span, form: 'yaml' })
  // `rules: "{{ text }}"`: there is a policy of the name, and no more is known of it.
  else if (typeof fields.rules === 'string' && /^\$\{[^}]*\}$/.test(fields.rules.trim()))
    harvest.textless.push({
      name: lowerCaseName(name, inName),
      unknown: inName,
      source: `\`${fields.rules.trim()}\``,
      span,
      form: 'yaml',
    })
}

/** `{{ lookup('file', 'x.hcl') }}`. */
function fileIn(rules: string | undefined): string | undefined {
  return /^\$\{ *lookup\( *["'](?:[\w.]*\.)?(?:file|template)["'] *, *["']([^"']+)["']/.exec(rules ?? '')?.[1]
}

function readEngine(fields: ValueMap, unknown: readonly string[], at: FieldPath, context: YamlContext): void {
  const type = textOf(fields.backend)
  const path = textOf(fields.name) ?? type
  if (type === undefined || path === undefined) return
  const options = isMap(fields.options) ? fields.options : {}
  context.harvest.mounts.push(mountFact({ path, type, options, unknown, provenance: yamlProvenance(context, at) }))
}

function readAuthMethod(fields: ValueMap, unknown: readonly string[], at: FieldPath, context: YamlContext): void {
  const type = textOf(fields.method_type)
  if (type === undefined) return
  const path = textOf(fields.mount_point) ?? type
  context.harvest.authMounts.push(authMountFact({ path, type, unknown, provenance: yamlProvenance(context, at) }))
}
