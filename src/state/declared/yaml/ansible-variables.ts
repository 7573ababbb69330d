import type { SourceFile } from '../../../files/source-file.ts'
import type { DeclaredYaml } from '../declared.ts'
import { isMap } from './yaml-values.ts'

const VARIABLES = /(?:^|\/)(?:defaults|vars|group_vars|host_vars)\//
/** Folders in which Ansible's templates are filled by Ansible's variables. */
const ANSIBLE =
  /(?:^|\/)(?:ansible[\w-]*|playbooks?|roles|tasks|handlers|templates|files|defaults|vars|group_vars|host_vars|inventor(?:y|ies))\//

/**
 * The variables of Ansible that have one literal value in all files that set any (`defaults`, `vars`, `group_vars`, `host_vars`). Two
 * inventories with different values are alternatives: then it is not known which one counts (forms.md §6).
 */
export function ansibleVariables(files: readonly SourceFile[], yaml: DeclaredYaml): ReadonlyMap<string, string> {
  const known = new Map<string, string | undefined>()
  for (const { file, relative, text } of files) {
    if (!VARIABLES.test(relative) || !/\.ya?ml$/.test(relative)) continue
    for (const { value } of yaml.parse(file, text))
      for (const [name, given] of isMap(value) ? Object.entries(value) : []) {
        if (typeof given !== 'string' && typeof given !== 'number') continue
        const literal = /\{\{|\{%/.test(String(given)) ? undefined : String(given)
        known.set(name, known.has(name) && known.get(name) !== literal ? undefined : literal)
      }
  }
  return new Map([...known].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

export function isAnsible({ relative }: SourceFile): boolean {
  return ANSIBLE.test(relative)
}
