import { apiVersionUnserved } from './api-version-unserved.ts'
import { authMountAbsent } from './auth-mount-absent.ts'
import { esoFails } from './eso-fails.ts'
import { fieldUnknown } from './field-unknown.ts'
import { keyDoublesMount } from './key-doubles-mount.ts'
import { keyEscapesMount } from './key-escapes-mount.ts'
import { kv1Operation } from './kv1-operation.ts'
import { mountAbsent } from './mount-absent.ts'
import { mountVersion } from './mount-version.ts'
import { namingViolation } from './naming-violation.ts'
import { policyAbsent } from './policy-absent.ts'
import { policyDenies } from './policy-denies.ts'
import { policyInvalid } from './policy-invalid.ts'
import { propertyAbsent } from './property-absent.ts'
import { pushUnmanaged } from './push-unmanaged.ts'
import { roleAbsent } from './role-absent.ts'
import { roleAudience } from './role-audience.ts'
import { roleUnbound } from './role-unbound.ts'
import type { Rule } from './rule.ts'
import { secretAbsent } from './secret-absent.ts'
import { secretDeleted } from './secret-deleted.ts'
import { storeAbsent } from './store-absent.ts'
import { storeCondition } from './store-condition.ts'
import { storeDuplicate } from './store-duplicate.ts'
import { storeMountShape } from './store-mount-shape.ts'
import { variableUnresolved } from './variable-unresolved.ts'
import { versionAbsent } from './version-absent.ts'

/** Every rule, by what it needs to know (design §5). A rule that is not here does not exist. */
export const RULES: readonly Rule[] = [
  // Manifest and ESO: no Vault needed.
  apiVersionUnserved,
  fieldUnknown,
  storeAbsent,
  storeDuplicate,
  storeCondition,
  storeMountShape,
  keyEscapesMount,
  keyDoublesMount,
  kv1Operation,
  esoFails,
  variableUnresolved,
  namingViolation,
  // Law: policies and roles, declared or live.
  policyDenies,
  policyInvalid,
  policyAbsent,
  roleAbsent,
  roleUnbound,
  roleAudience,
  // Facts: a server was asked.
  mountAbsent,
  mountVersion,
  authMountAbsent,
  secretAbsent,
  secretDeleted,
  propertyAbsent,
  versionAbsent,
  pushUnmanaged,
]
