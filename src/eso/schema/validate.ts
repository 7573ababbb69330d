import type { Manifest } from '../../model/manifest.ts'
import type { FieldPath, ValueMap } from '../../model/value.ts'
import { mapAt } from '../field-value.ts'
import { checkDurations } from './duration-rules.ts'
import { checkExternalSecret } from './external-secret-rules.ts'
import type { SchemaProblem } from './problem.ts'
import { type ProblemList, problemList } from './problem-list.ts'
import { checkPushSecret } from './push-secret-rules.ts'
import { checkConditions, checkVaultProvider, type VaultHolder } from './store-rules.ts'
import { checkStructure } from './structure.ts'

export type { SchemaProblem } from './problem.ts'

function checkVault(manifest: Manifest, body: ValueMap, at: FieldPath, holder: VaultHolder, list: ProblemList): void {
  const vault = mapAt(body, ...at)
  if (vault !== undefined) checkVaultProvider(manifest, vault, at, holder, list)
}

function checkKind(manifest: Manifest, body: ValueMap, list: ProblemList): void {
  const at = (...path: string[]) => ({ path, value: mapAt(body, ...path) })
  const { kind } = manifest
  if (kind === 'ExternalSecret' || kind === 'ClusterExternalSecret') {
    const spec = kind === 'ExternalSecret' ? at('spec') : at('spec', 'externalSecretSpec')
    if (spec.value !== undefined) checkExternalSecret(manifest, spec.value, spec.path, list)
  } else if (kind === 'PushSecret' || kind === 'ClusterPushSecret') {
    const spec = kind === 'PushSecret' ? at('spec') : at('spec', 'pushSecretSpec')
    if (spec.value !== undefined) checkPushSecret(manifest, spec.value, spec.path, list)
  } else if (kind === 'SecretStore' || kind === 'ClusterSecretStore') {
    const spec = at('spec')
    if (spec.value !== undefined) checkConditions(spec.value, spec.path, list)
    checkVault(manifest, body, ['spec', 'provider', 'vault'], kind, list)
  } else if (kind === 'VaultDynamicSecret') {
    checkVault(manifest, body, ['spec', 'provider'], 'generator', list)
  } else if (kind === 'ClusterGenerator') {
    checkVault(manifest, body, ['spec', 'generator', 'vaultDynamicSecretSpec', 'provider'], 'generator', list)
  }
  checkDurations(kind, body, list)
}

/**
 * Everything that the API server, ESO's webhook or ESO itself will not take of one manifest: fields unknown, misplaced, missing,
 * of the wrong type or value, and combinations that exclude each other (eso.md §5.5, §6). Empty for kinds that are not ESO's, for
 * ESO kinds that do not touch Vault, and for versions without a known schema. What is misplaced is judged as if it stood where it
 * belongs, so that one slip gives one problem.
 */
export function validateManifest(manifest: Manifest): readonly SchemaProblem[] {
  const structure = checkStructure(manifest)
  if (structure === undefined) return []
  const list = problemList(manifest, structure.moves)
  checkKind(manifest, structure.body, list)
  return [...structure.problems, ...list.problems]
}
