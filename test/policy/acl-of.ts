import { type Acl, type AclOptions, buildAcl } from '../../src/policy/acl.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'

export interface Written extends AclOptions {
  readonly unknown?: readonly string[]
}

/** The ACL of a token whose policies are `p1`, `p2`… with these texts. */
export function aclOf(texts: string | readonly string[], options: Written = {}): Acl {
  const unknown = options.unknown ?? []
  const policies = [texts].flat().map((text, index) => {
    const result = parsePolicy(text, { unknown })
    if (!result.ok) throw new Error(result.error)
    return { name: `p${index + 1}`, parsed: result.policy, unknown }
  })
  const built = buildAcl(policies, options)
  if ('error' in built) throw new Error(built.error)
  return built.acl
}

/** `rules({ 'kv/data/*': 'read list' })`: one block for each path. */
export function rules(blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks)
    .map(([path, names]) => {
      const list = names.split(' ').filter(Boolean)
      return `path ${JSON.stringify(path)} { capabilities = ${JSON.stringify(list)} }`
    })
    .join('\n')
}
