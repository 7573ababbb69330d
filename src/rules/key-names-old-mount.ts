import type { StoreMove } from '../chain/change-effects.ts'
import { providerPath } from '../eso/provider.ts'
import { nameReference } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

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
  check: ({ before }) => (before?.storeMoves ?? []).map(findingOf),
}

function findingOf(move: StoreMove): RuleFinding {
  const { reference, store, objects, from, to, pathBefore, pathNow, storeMoved } = move
  const called = `${store.kind} \`${store.name}\``
  const does = reference.operation === 'push' ? 'writes' : 'reads'
  const mount = store.manifest.spanOf([...providerPath(store), 'path'])
  return {
    rule: keyNamesOldMount.id,
    severity: keyNamesOldMount.severity,
    headline: (object) => `Key of ${object} still begins with the old mount \`${from}/\``,
    why: `${storeMoved ? 'This change moves' : 'This change takes it through'} ${called}${storeMoved ? '' : ', whose mount is'}${storeMoved ? ' to' : ''} \`${to}/\`: ESO now ${does} \`${pathNow}\`, not \`${pathBefore}\`.`,
    does: `${does} \`${pathNow}\``,
    span: reference.span,
    related: [{ span: mount, message: `the mount of ${store.kind} ${store.name}` }],
    fix: {
      lead: 'write the key without the mount',
      kind: 'edit',
      language: 'yaml',
      text: `key: ${keyWithout(reference.key, from)}`,
      at: { file: reference.span.file, line: reference.span.line },
    },
    // Every key is edited for itself; what they have in common is why.
    cause: JSON.stringify([store.kind, store.name, from, to, keyWithout(reference.key, from)]),
    objects,
    fingerprint: fingerprint(keyNamesOldMount.id, nameReference(reference), pathNow),
    vaultPaths: [pathNow],
  }
}

/** What ESO made of the key before. */
function keyWithout(key: string, mount: string): string {
  const rest = key.slice(mount.length + 1)
  return rest.startsWith('data/') ? rest.slice('data/'.length) : rest
}
