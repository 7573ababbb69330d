import type { Manifest } from '../../model/manifest.ts'
import { hasHole } from '../../model/placeholders.ts'
import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { isMap, listAt, mapAt, textAt, valueAt } from '../field-value.ts'
import { patchOver } from '../patched.ts'
import { formatPath } from './field-path.ts'
import type { ProblemList } from './problem-list.ts'

const isSet = (value: Value | undefined): boolean => value !== undefined && value !== null
const rejected = (text: string): string => `The API server refuses the object: "${text}".`
const fails = (text: string): string => `ESO fails with "${text}".`

/** Checks a PushSecretSpec as its CRD rules and ESO's controller do (eso.md §6.6); there is no webhook for it. */
export function checkPushSecret(manifest: Manifest, spec: ValueMap, at: FieldPath, list: ProblemList): void {
  checkStoreRefs(spec, at, list)
  checkSelector(spec, at, list)
  for (const [i, item] of listAt(spec, 'dataTo').entries()) {
    if (isMap(item)) checkDataTo(item, i, spec, at, list)
  }
  checkDuplicates(spec, at, list)
  const nothing = !['data', 'dataTo'].some((name) => {
    const value = spec[name]
    return Array.isArray(value) ? value.length > 0 : isSet(value)
  })
  const patched = patchOver(manifest, [...at, 'data'], [...at, 'dataTo']) !== undefined
  if (nothing && !patched) {
    list.add({
      kind: 'missing',
      effect: 'ignored',
      severity: 'warning',
      path: at,
      at: 'key',
      message: `\`${formatPath(at)}\` has neither \`data\` nor \`dataTo\`: ESO reports success and pushes nothing.`,
      suggestion: 'Add `data:` with a `match` for each key.',
    })
  }
}

function checkStoreRefs(spec: ValueMap, at: FieldPath, list: ProblemList): void {
  const path = [...at, 'secretStoreRefs']
  const refs = listAt(spec, 'secretStoreRefs')
  if (Array.isArray(spec.secretStoreRefs) && refs.length === 0) {
    list.add({
      kind: 'missing',
      effect: 'ignored',
      severity: 'warning',
      path,
      message: `\`${formatPath(path)}\` is empty: ESO pushes nothing, and says nothing in the status.`,
    })
  }
  for (const [i, ref] of refs.entries()) {
    if (!isMap(ref) || isSet(ref.name) || isSet(ref.labelSelector)) continue
    list.add({
      kind: 'missing',
      effect: 'fails',
      path: [...path, i],
      message: `\`${formatPath([...path, i])}\` names no store. ${fails('refStore Name must be provided')}`,
      suggestion: 'Add `name:`, or a `labelSelector:`.',
    })
  }
}

function checkSelector(spec: ValueMap, at: FieldPath, list: ProblemList): void {
  const secret = mapAt(spec, 'selector', 'secret')
  if (secret === undefined || isSet(secret.name) || isSet(secret.selector)) return
  const path = [...at, 'selector', 'secret']
  list.add({
    kind: 'missing',
    effect: 'fails',
    path,
    at: 'key',
    message: `\`${formatPath(path)}\` names no Secret. ${fails('could not get source secret')}`,
    suggestion: 'Add `name:`, or a `selector:` with labels.',
  })
}

function checkDataTo(item: ValueMap, index: number, spec: ValueMap, at: FieldPath, list: ProblemList): void {
  const path = [...at, 'dataTo', index]
  const ref = mapAt(item, 'storeRef')
  if (ref === undefined || (!isSet(ref.name) && !isSet(ref.labelSelector))) {
    if (typeof item.storeRef === 'string') return
    list.add({
      kind: 'missing',
      effect: 'rejected',
      path: [...path, 'storeRef'],
      at: 'key',
      message: `\`${formatPath(path)}\` names no store. ${rejected('storeRef must specify either name or labelSelector')}`,
      suggestion: 'Add `storeRef: {name: …}` with a store out of `secretStoreRefs`.',
    })
  } else {
    checkDataToStore(ref, index, spec, path, list)
  }
  const rewrites = listAt(item, 'rewrite')
  if (isSet(item.remoteKey) && rewrites.length > 0) {
    list.add({
      kind: 'exclusive',
      effect: 'rejected',
      path: [...path, 'rewrite'],
      at: 'key',
      message: rejected(
        'remoteKey and rewrite are mutually exclusive: rewrite is only supported in per-key mode (without remoteKey)',
      ),
      suggestion: 'Take `rewrite` or `remoteKey` away.',
    })
  }
  for (const [j, rewrite] of rewrites.entries()) {
    if (!isMap(rewrite) || isSet(rewrite.regexp) !== isSet(rewrite.transform)) continue
    list.add({
      kind: 'exclusive',
      effect: 'rejected',
      path: [...path, 'rewrite', j],
      message: rejected('exactly one of regexp or transform must be set'),
    })
  }
}

function checkDataToStore(ref: ValueMap, index: number, spec: ValueMap, path: FieldPath, list: ProblemList): void {
  const name = textAt(ref, 'name')
  // A name wins over a labelSelector, and must stand in the list by name (eso.md §6.6).
  if (!name || hasHole(name)) return
  const kind = textAt(ref, 'kind') ?? 'SecretStore'
  const refs = listAt(spec, 'secretStoreRefs')
  const found = refs.some(
    (other) =>
      (textAt(other, 'name') === name && (textAt(other, 'kind') ?? 'SecretStore') === kind) ||
      hasHole(textAt(other, 'name') ?? ''),
  )
  if (found) return
  list.add({
    kind: 'value',
    effect: 'fails',
    path: [...path, 'storeRef'],
    message: `\`secretStoreRefs\` names no ${kind} \`${name}\`${refs.some((other) => isSet(valueAt(other, ['labelSelector']))) ? ', and stores that it chooses by labels do not count' : ''}. ${fails(`dataTo[${index}]: storeRef "${name}" not found in secretStoreRefs`)}`,
    suggestion: `Add \`- {kind: ${kind}, name: ${name}}\` to \`secretStoreRefs\`, or name one of its stores.`,
  })
}

function checkDuplicates(spec: ValueMap, at: FieldPath, list: ProblemList): void {
  // Told apart by (remoteKey, property); only explicit entries are known here, dataTo's depend on the Secret.
  const seen = new Map<string, { index: number; source: string }>()
  for (const [i, item] of listAt(spec, 'data').entries()) {
    const remoteKey = textAt(item, 'match', 'remoteRef', 'remoteKey')
    if (remoteKey === undefined) continue
    const property = textAt(item, 'match', 'remoteRef', 'property') ?? ''
    const source = textAt(item, 'match', 'secretKey') ?? ''
    const place = JSON.stringify([remoteKey, property])
    const first = seen.get(place)
    if (first === undefined) {
      seen.set(place, { index: i, source })
      continue
    }
    const where = property === '' ? `"${remoteKey}"` : `"${remoteKey}" with property "${property}"`
    const text = `failed to merge data entries: duplicate remote key ${where}: source keys "${first.source}" and "${source}" both map to the same destination`
    list.add({
      kind: 'exclusive',
      effect: 'fails',
      path: [...at, 'data', i, 'match', 'remoteRef'],
      message: `\`data[${first.index}]\` and \`data[${i}]\` are pushed to the same place. ${fails(text)}`,
      suggestion: 'Give each its own `property`, or its own `remoteKey`.',
    })
  }
}
