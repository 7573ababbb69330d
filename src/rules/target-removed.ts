import type { TargetRemoval } from '../chain/change-effects.ts'
import type { Severity } from '../model/finding.ts'
import type { SecretUse, SecretUser } from '../model/secret-user.ts'
import { nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { keptSentence } from './push-deletes.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * A change removes the ExternalSecret that makes a Secret, or gives its target another name, and something still uses the Secret. With
 * `creationPolicy: Owner` it is deleted; with `Orphan` and `CreateOrMerge` it stays, and nobody refreshes it (eso.md §3.9).
 */
export const targetRemoved: Rule = {
  id: 'target-removed',
  title: 'A change takes away a Secret that is still used',
  group: 'manifest',
  ofChange: true,
  severity: 'error',
  *check({ before }): Iterable<RuleFinding> {
    for (const one of before?.removedTargets ?? []) {
      const { namespace, name, by, span, users } = one
      yield {
        rule: this.id,
        severity: severityOf(one),
        headline: HEADLINES[one.how](`${namespace}/${name}`),
        why: messageOf(one),
        span,
        related: users.map((user) => ({
          span: user.span,
          message: `${nameManifest(user.manifest)} ${USES[user.use.code]}`,
        })),
        fix: fixOf(one),
        objects: [by],
        fingerprint: fingerprint(this.id, `${namespace}/${name}`),
      }
    }
  },
}

/** What a user does with the Secret, behind its name. */
const USES: Readonly<Record<SecretUse['code'], string>> = {
  'store-login': 'logs in to Vault with it',
  'push-source': 'pushes it',
  template: 'reads its template from it',
  variables: 'takes variables from it',
  mount: 'mounts it',
  values: 'takes values from it',
  pull: 'pulls images with it',
  need: 'uses it',
}

const HEADLINES: Readonly<Record<TargetRemoval['how'], (secret: string) => string>> = {
  renamed: (secret) => `This change renames Secret \`${secret}\`, which is still in use`,
  removed: (secret) => `This change removes Secret \`${secret}\`, which is still in use`,
  kept: (secret) => `This change leaves Secret \`${secret}\` without a refresh`,
}

function messageOf({ namespace, name, by, how, keptBy, users }: TargetRemoval): string {
  const secret = `Secret ${namespace}/${name}`
  const [first] = users as readonly [SecretUser, ...SecretUser[]]
  const more = users.length - 1
  const still = `${nameManifest(first.manifest)} still ${USES[first.use.code]}${more === 0 ? '' : `, and ${more} more ${more === 1 ? 'object uses' : 'objects use'} it`}.`
  switch (how) {
    case 'renamed':
      return `This change gives the target of ${nameManifest(by)} another name: ESO deletes ${secret}. ${still}`
    case 'removed':
      return keptBy === undefined
        ? `This change removes ${nameManifest(by)}, and ${secret} is deleted with it. ${still}`
        : `This change removes ${nameManifest(by)}, which makes ${secret}. ${keptSentence(keptBy)} ${still}`
    case 'kept':
      return `This change removes ${nameManifest(by)}. ${secret} stays as it is, but nothing refreshes it any more. ${still}`
  }
}

function severityOf({ how, keptBy, users }: TargetRemoval): Severity {
  if (how === 'kept' || keptBy !== undefined) return 'note'
  if (users.some(({ without }) => without === 'error')) return 'error'
  return users.some(({ without }) => without === 'warning') ? 'warning' : 'note'
}

function fixOf({ how, name }: TargetRemoval): string {
  return how === 'renamed'
    ? `let what uses it name the new Secret, or keep the name \`${name}\``
    : 'remove what uses the Secret in the same change, or keep the ExternalSecret'
}
