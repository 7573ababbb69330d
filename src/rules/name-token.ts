import type { Link } from '../chain/chain.ts'
import { nameProvenance } from '../chain/provenance.ts'
import { listed } from '../model/wording.ts'

/** The token of a store's login, by its role and policies. */
export function nameToken(link: Pick<Link, 'store' | 'role' | 'policies'>): string {
  const names = (link.policies?.names ?? []).map((name) => `\`${name}\``)
  const policies = names.length === 0 ? 'no policy' : `${names.length === 1 ? 'policy' : 'policies'} ${listed(names)}`
  if (link.policies?.from === 'config')
    return `its token (${policies}, as the config says for store \`${link.store?.name}\`)`
  if (link.policies?.from === 'token') {
    const made = link.policies.provenance
    return `its token (${policies}${made === undefined ? '' : `, made ${nameProvenance(made)}`})`
  }
  const username = link.store?.auth?.username
  if (username !== undefined) return `user \`${username}\` (auth mount \`${link.store?.auth?.mount}\`, ${policies})`
  const said = link.role?.found === 'known' && link.role.fact.provenance.from === 'config' ? ', as the config says' : ''
  return `role \`${link.store?.auth?.role}\` (auth mount \`${link.store?.auth?.mount}\`, ${policies}${said})`
}
