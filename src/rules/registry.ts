import { apiVersionUnserved } from './api-version-unserved.ts'
import { argocdSecretUnlabelled } from './argocd-secret-unlabelled.ts'
import { authConfigSuspect } from './auth-config-suspect.ts'
import { authMountAbsent } from './auth-mount-absent.ts'
import { authSecretUnusable } from './auth-secret-unusable.ts'
import { configUnused } from './config-unused.ts'
import { consumerKeyAbsent } from './consumer-key-absent.ts'
import { consumerSecretAbsent } from './consumer-secret-absent.ts'
import { dynamicSecretSplit } from './dynamic-secret-split.ts'
import { esoFails } from './eso-fails.ts'
import { expectationBroken } from './expectation-broken.ts'
import { expiresSoon } from './expires-soon.ts'
import { fieldUnknown } from './field-unknown.ts'
import { findEmpty } from './find-empty.ts'
import { findRegexpInvalid } from './find-regexp-invalid.ts'
import { generatorAbsent } from './generator-absent.ts'
import { keyDoublesMount } from './key-doubles-mount.ts'
import { keyEscapesMount } from './key-escapes-mount.ts'
import { keyNamesOldMount } from './key-names-old-mount.ts'
import { keyNeverArrives } from './key-never-arrives.ts'
import { kindUnknown } from './kind-unknown.ts'
import { kv1Operation } from './kv1-operation.ts'
import { lastReferenceRemoved } from './last-reference-removed.ts'
import { mountAbsent } from './mount-absent.ts'
import { mountVersion } from './mount-version.ts'
import { namespaceMissing } from './namespace-missing.ts'
import { namingViolation } from './naming-violation.ts'
import { placeholderLeft } from './placeholder-left.ts'
import { policyAbsent } from './policy-absent.ts'
import { policyDenies } from './policy-denies.ts'
import { policyExcess } from './policy-excess.ts'
import { policyInvalid } from './policy-invalid.ts'
import { policyRuleDead } from './policy-rule-dead.ts'
import { policyVersionDependent } from './policy-version-dependent.ts'
import { propertyAbsent } from './property-absent.ts'
import { pullSecretType } from './pull-secret-type.ts'
import { pushDeletes } from './push-deletes.ts'
import { pushLoop } from './push-loop.ts'
import { pushSourceKeyAbsent } from './push-source-key-absent.ts'
import { pushUnmanaged } from './push-unmanaged.ts'
import { pushWithoutProperty } from './push-without-property.ts'
import { reviewerRbacAbsent } from './reviewer-rbac-absent.ts'
import { reviewerTokenStatic } from './reviewer-token-static.ts'
import { roleAbsent } from './role-absent.ts'
import { roleAudience } from './role-audience.ts'
import { roleParameterUnknown } from './role-parameter-unknown.ts'
import { roleUnbound } from './role-unbound.ts'
import { rootToken } from './root-token.ts'
import type { Rule } from './rule.ts'
import { secretAbsent } from './secret-absent.ts'
import { secretConsumedByNothing } from './secret-consumed-by-nothing.ts'
import { secretDeleted } from './secret-deleted.ts'
import { secretKeyInvalid } from './secret-key-invalid.ts'
import { secretTypeKeys } from './secret-type-keys.ts'
import { secretUnused } from './secret-unused.ts'
import { serviceAccountTokenTemplate } from './service-account-token-template.ts'
import { stateDrift } from './state-drift.ts'
import { storeAbsent } from './store-absent.ts'
import { storeCondition } from './store-condition.ts'
import { storeDuplicate } from './store-duplicate.ts'
import { storeMountShape } from './store-mount-shape.ts'
import { targetDuplicate } from './target-duplicate.ts'
import { targetRemoved } from './target-removed.ts'
import { templateInvalid } from './template-invalid.ts'
import { templateKeyAbsent } from './template-key-absent.ts'
import { tokenExcess } from './token-excess.ts'
import { variableUnresolved } from './variable-unresolved.ts'
import { versionAbsent } from './version-absent.ts'
import { yamlInvalid } from './yaml-invalid.ts'

/** Every rule, by what it needs to know (design §5). A rule that is not here does not exist. */
export const RULES: readonly Rule[] = [
  // Manifest and ESO: no Vault needed.
  yamlInvalid,
  kindUnknown,
  apiVersionUnserved,
  fieldUnknown,
  storeAbsent,
  storeDuplicate,
  storeCondition,
  storeMountShape,
  authSecretUnusable,
  keyEscapesMount,
  keyDoublesMount,
  kv1Operation,
  findRegexpInvalid,
  generatorAbsent,
  dynamicSecretSplit,
  templateKeyAbsent,
  templateInvalid,
  secretKeyInvalid,
  targetDuplicate,
  pushWithoutProperty,
  pushSourceKeyAbsent,
  pushLoop,
  serviceAccountTokenTemplate,
  esoFails,
  variableUnresolved,
  placeholderLeft,
  namespaceMissing,
  namingViolation,
  keyNamesOldMount,
  pushDeletes,
  targetRemoved,
  lastReferenceRemoved,
  // From the Secret to the workload.
  consumerKeyAbsent,
  consumerSecretAbsent,
  keyNeverArrives,
  secretTypeKeys,
  pullSecretType,
  argocdSecretUnlabelled,
  secretConsumedByNothing,
  // Law: policies and roles, declared or live.
  policyDenies,
  policyInvalid,
  policyAbsent,
  policyRuleDead,
  policyVersionDependent,
  policyExcess,
  rootToken,
  roleAbsent,
  roleUnbound,
  roleAudience,
  roleParameterUnknown,
  authConfigSuspect,
  configUnused,
  expectationBroken,
  reviewerRbacAbsent,
  reviewerTokenStatic,
  // Facts: a server was asked.
  mountAbsent,
  mountVersion,
  authMountAbsent,
  secretAbsent,
  secretDeleted,
  propertyAbsent,
  versionAbsent,
  findEmpty,
  pushUnmanaged,
  tokenExcess,
  // Facts that drift looks at.
  stateDrift,
  secretUnused,
  expiresSoon,
]
