import type { WantedAccess } from '../../policy/generate.ts'

/** One right of the CI token, in its own words; `group` is the comment above it. */
export type WantedRight = WantedAccess & { readonly group: string }

/** Comments of the policy, in the order in which it is written. */
export const PURPOSES = {
  token: 'The token itself: its rights, and its end. A token with the policy `default` has these already.',
  namespace: 'Which rights the token has in a Vault namespace below its own.',
  policy: 'Policies, to judge requests by.',
  lists: 'Mounts and auth mounts: what is not in these lists is not there.',
  everyPolicy: 'Policies: which ones a role has is not told in Git, so all may be read.',
  role: 'Roles that External Secrets Operator logs in with, and how their auth mounts are set up.',
  state: 'Which secrets exist, and whether they are deleted. Never a value.',
  keys: 'Which keys a secret has (and that it exists). Never a value.',
  value: 'KV version 1 shows key names only with the values: asked for by `allow-value-read`.',
  names: 'Names in folders: what `find` searches, and secrets of KV version 1, which only their folder tells.',
  mounts: 'Mounts and auth mounts below which this token has no other right.',
} as const
