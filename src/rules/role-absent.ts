import { spanOfProvenance } from '../chain/provenance.ts'
import type { Finding } from '../model/finding.ts'
import { forReferences, listed } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule } from './rule.ts'

/** The store logs in with a role that does not exist: Vault answers 400 `invalid role name` and nothing of the store works. */
export const roleAbsent: Rule = {
  id: 'role-absent',
  title: 'The auth role that a store logs in with does not exist',
  group: 'law',
  severity: 'error',
  *check(chain): Iterable<Finding> {
    for (const { store, role, authMount, links } of chain.storeLinks) {
      if (role?.found !== 'absent' || store.auth === undefined) continue
      // Where the mount itself is not there, `auth-mount-absent` says it.
      if (authMount?.found === 'absent') continue
      const { auth } = store
      const known = role.near.map((fact) => `\`${fact.name}\` of auth mount \`${fact.authMount}\``)
      const where = role.by === 'vault' ? 'The server has no such role' : 'The repository declares no such role'
      yield {
        rule: this.id,
        // Git need not hold every role; only the server can say for certain that there is none.
        severity: role.by === 'vault' ? 'error' : 'warning',
        message:
          `${store.kind} \`${store.name}\` logs in with role \`${auth.role}\` of auth mount \`${auth.mount}\`. ${where}` +
          `${known.length > 0 ? `; it has ${listed(known)}` : ''}. ` +
          `ESO's login fails with 400 \`invalid role name "${auth.role}"\`${forReferences(links.length)}.`,
        span: store.manifest.spanOf(['spec', 'provider', 'vault', 'auth', auth.method, 'role']),
        related: role.near.flatMap((fact) => {
          const span = spanOfProvenance(fact.provenance)
          return span === undefined
            ? []
            : [{ span, message: `role \`${fact.name}\` of auth mount \`${fact.authMount}\`` }]
        }),
        fix:
          role.near.length === 1
            ? `Write \`${role.near[0]?.authMount === auth.mount ? role.near[0]?.name : `mountPath: ${role.near[0]?.authMount}`}\`, or create role \`${auth.role}\` on auth mount \`${auth.mount}\`.`
            : `Create role \`${auth.role}\` on auth mount \`${auth.mount}\`, or name one that exists.`,
        fingerprint: fingerprint(this.id, store.kind, store.namespace, store.name, auth.mount, auth.role),
      }
    }
  },
}
