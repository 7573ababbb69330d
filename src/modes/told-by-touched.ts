import type { Finding } from '../model/finding.ts'

/**
 * Rules whose findings hang on the objects that a change touches, on those that name the same, and on stores, policies and roles, which are
 * always read. What any other rule says of a change is judged again with everything read: it may hang on references elsewhere.
 */
const TOLD: ReadonlySet<string> = new Set([
  'yaml-invalid',
  'kind-unknown',
  'api-version-unserved',
  'field-unknown',
  'store-absent',
  'store-condition',
  'key-escapes-mount',
  'key-doubles-mount',
  'kv1-operation',
  'find-regexp-invalid',
  'generator-absent',
  'dynamic-secret-split',
  'template-key-absent',
  'template-invalid',
  'secret-key-invalid',
  'target-duplicate',
  'push-without-property',
  'push-source-key-absent',
  'push-loop',
  'service-account-token-template',
  'eso-fails',
  'variable-unresolved',
  'namespace-missing',
  'naming-violation',
  'push-deletes',
  'target-removed',
  'consumer-key-absent',
  'consumer-secret-absent',
  'key-never-arrives',
  'secret-type-keys',
  'pull-secret-type',
  'policy-denies',
  'secret-absent',
  'secret-deleted',
  'property-absent',
  'version-absent',
  'find-empty',
  'push-unmanaged',
])

export function isToldByTouched({ rule, related }: Finding): boolean {
  // Which rules of policies nothing needs any more hangs on all references under them.
  return TOLD.has(rule) || (rule === 'last-reference-removed' && related.length === 0)
}
