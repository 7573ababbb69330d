import type { StoreMove } from '../chain/change-effects.ts'
import { providerPath } from '../eso/provider.ts'
import type { Finding } from '../model/finding.ts'
import { counted, nameReference } from '../model/wording.ts'
import { type CausedFinding, placesOf, reportCauses } from './common-cause.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule } from './rule.ts'

/**
 * A change moves a store to another mount, and keys still begin with the old one. ESO cuts a store's own mount off a key and no other
 * (eso.md §2.2): from now on the old name is a folder in the new mount.
 */
export const keyNamesOldMount: Rule = {
  id: 'key-names-old-mount',
  title: 'A change moves a store to another mount, and keys still begin with the old one',
  group: 'manifest',
  ofChange: true,
  severity: 'warning',
  check: ({ before }) => reportCauses((before?.storeMoves ?? []).map(causedFinding), summarise),
}

function causedFinding(move: StoreMove): CausedFinding<readonly string[]> {
  const { reference, store, objects, from, to, pathBefore, pathNow, storeMoved } = move
  const called = `${store.kind} ${store.name}`
  const moved = storeMoved
    ? `this change moves ${called} from mount \`${from}\` to \`${to}\``
    : `this change takes it through ${called}, whose mount is \`${to}\``
  const does = reference.operation === 'push' ? 'writes' : 'reads'
  return {
    cause: [called, from, to],
    finding: {
      rule: keyNamesOldMount.id,
      severity: keyNamesOldMount.severity,
      message: (object) =>
        `${nameReference(reference, object)} still begins its key with the old mount \`${from}/\`: ${moved}. ESO now ${does} \`${pathNow}\`; before, it was \`${pathBefore}\`.`,
      span: reference.span,
      related: [{ span: store.manifest.spanOf([...providerPath(store), 'path']), message: `the mount of ${called}` }],
      fix: `Write the key without the mount: \`${keyWithout(reference.key, from)}\`.`,
      objects,
      fingerprint: fingerprint(keyNamesOldMount.id, nameReference(reference), pathNow),
      vaultPaths: [pathNow],
    },
  }
}

/** What ESO made of the key before. */
function keyWithout(key: string, mount: string): string {
  const rest = key.slice(mount.length + 1)
  return rest.startsWith('data/') ? rest.slice('data/'.length) : rest
}

function summarise(
  findings: readonly [Finding, ...Finding[]],
  [store = '', from = '', to = '']: readonly string[],
): Finding {
  const [first] = findings
  return {
    ...first,
    message: `${counted(findings.length, 'key')} still begin with the old mount \`${from}/\` of ${store}, which is \`${to}\` now. The first: ${first.message}`,
    related: placesOf(findings.slice(1), 'begins with the old mount too'),
    fingerprint: fingerprint(keyNamesOldMount.id, store, from, to),
    vaultPaths: findings.flatMap(({ vaultPaths = [] }) => vaultPaths),
  }
}
