import type { Manifest } from '../../model/manifest.ts'
import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { isMap, listAt, mapAt, textAt, valueAt } from '../field-value.ts'
import { patchOver } from '../patched.ts'
import { formatPath } from './field-path.ts'
import type { NewProblem, ProblemList } from './problem-list.ts'
import { isPlaceholder } from './undecided.ts'

const isSet = (value: Value | undefined): boolean => value !== undefined && value !== null
const denied = (text: string): string => `ESO's webhook refuses the object: "${text}".`

/** Checks an ExternalSecretSpec as ESO's webhook does (eso.md §6.2), and what the webhook lets through and ESO cannot do. */
export function checkExternalSecret(manifest: Manifest, spec: ValueMap, at: FieldPath, list: ProblemList): void {
  const deny = (problem: Omit<NewProblem, 'effect'>) => list.add({ effect: 'denied', ...problem })
  checkSources(manifest, spec, at, deny)
  for (const [i, item] of listAt(spec, 'dataFrom').entries()) {
    if (isMap(item)) checkDataFrom(item, [...at, 'dataFrom', i], deny, list)
  }
  checkDataGenerators(spec, at, list)
  checkPolicies(spec, at, deny)
  checkDuplicateKeys(spec, at, deny)
  checkTemplate(spec, at, deny)
}

type Deny = (problem: Omit<NewProblem, 'effect'>) => void

function checkSources(manifest: Manifest, spec: ValueMap, at: FieldPath, deny: Deny): void {
  const sources = ['data', 'dataFrom'] as const
  // A text that stands for a list is filled in elsewhere.
  const given = sources.some((name) => {
    const value = valueAt(spec, [name])
    return Array.isArray(value) ? value.length > 0 : isSet(value)
  })
  if (given || sources.some((name) => patchOver(manifest, [...at, name]) !== undefined)) return
  deny({
    kind: 'missing',
    path: at,
    at: 'key',
    message: `\`${formatPath(at)}\` names nothing to read. ${denied('either data or dataFrom should be specified')}`,
    suggestion: 'Add `data` (single keys) or `dataFrom` (whole secrets).',
  })
}

function checkDataFrom(item: ValueMap, path: FieldPath, deny: Deny, list: ProblemList): void {
  const name = `\`${formatPath(path)}\``
  const source = isMap(item.sourceRef) ? item.sourceRef : undefined
  const [extract, find] = [isSet(item.extract), isSet(item.find)]
  const generator = isSet(source?.generatorRef)
  const set = [...(extract ? ['`extract`'] : []), ...(find ? ['`find`'] : []), ...(generator ? ['`generatorRef`'] : [])]
  if (set.length > 1) {
    deny({
      kind: 'exclusive',
      path,
      message: `${name} has ${set.join(' and ')}. ${denied('extract, find, or generatorRef cannot be set at the same time')}`,
      suggestion: 'Make each its own item of `dataFrom`.',
    })
  }
  if (!extract && !find && !isSet(item.sourceRef)) {
    deny({
      kind: 'missing',
      path,
      message: `${name} has no source. ${denied('either extract, find, or sourceRef must be set to dataFrom')}`,
      suggestion: 'Add `extract: {key: …}`, `find: {…}`, or a `sourceRef` with a generator.',
    })
  } else if (!extract && !find && !generator && isSet(source?.storeRef)) {
    // The hole of eso.md §6.2: it passes every check and contributes nothing.
    list.add({
      kind: 'missing',
      effect: 'ignored',
      severity: 'warning',
      path,
      message: `${name} has a \`storeRef\` and neither \`extract\` nor \`find\`: ESO takes it and reads nothing.`,
      suggestion: 'Add `extract: {key: …}` or `find: {…}` beside `sourceRef`.',
    })
  }
}

function checkDataGenerators(spec: ValueMap, at: FieldPath, list: ProblemList): void {
  for (const [i, item] of listAt(spec, 'data').entries()) {
    if (!isMap(item) || !isSet(valueAt(item, ['sourceRef', 'generatorRef']))) continue
    list.add({
      kind: 'value',
      effect: 'fails',
      path: [...at, 'data', i, 'sourceRef', 'generatorRef'],
      at: 'key',
      message: `\`${formatPath([...at, 'data', i])}\` names a generator, which ESO does not support in \`data\`: it looks for a store without a name and fails with \`could not get SecretStore ""\`.`,
      suggestion: 'Use `dataFrom: [{sourceRef: {generatorRef: …}}]`, with `rewrite` to rename the key.',
    })
  }
}

function checkPolicies(spec: ValueMap, at: FieldPath, deny: Deny): void {
  const creation = textAt(spec, 'target', 'creationPolicy') ?? 'Owner'
  const deletion = textAt(spec, 'target', 'deletionPolicy') ?? 'Retain'
  const path = [...at, 'target', 'deletionPolicy']
  if (deletion === 'Delete' && ['Merge', 'None', 'CreateOrMerge'].includes(creation)) {
    deny({
      kind: 'exclusive',
      path,
      message: `\`deletionPolicy: Delete\` does not go with \`creationPolicy: ${creation}\`. ${denied("deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set creationPolicy=Owner")}`,
      suggestion: 'creationPolicy: Owner',
    })
  }
  if (deletion === 'Merge' && creation === 'None') {
    deny({
      kind: 'exclusive',
      path,
      message: `\`deletionPolicy: Merge\` does not go with \`creationPolicy: None\`. ${denied('deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with')}`,
      suggestion: 'creationPolicy: Merge',
    })
  }
}

function checkDuplicateKeys(spec: ValueMap, at: FieldPath, deny: Deny): void {
  if ((textAt(spec, 'target', 'deletionPolicy') ?? 'Retain') !== 'Retain') return
  const seen = new Map<string, number>()
  for (const [i, item] of listAt(spec, 'data').entries()) {
    const key = textAt(item, 'secretKey')
    if (key === undefined || isPlaceholder(key)) continue
    const first = seen.get(key)
    if (first === undefined) {
      seen.set(key, i)
      continue
    }
    deny({
      kind: 'exclusive',
      path: [...at, 'data', i, 'secretKey'],
      message: `\`data[${first}]\` and \`data[${i}]\` both write the key \`${key}\`. ${denied(`duplicate secretKey found: ${key}`)}`,
      suggestion: 'Give one of them another `secretKey`, or take it away.',
    })
  }
}

const SECRET_TARGETS = ['data', 'annotations', 'labels']

function checkTemplate(spec: ValueMap, at: FieldPath, deny: Deny): void {
  const template = mapAt(spec, 'target', 'template')
  if (template === undefined) return
  const path = [...at, 'target', 'template']
  const type = textAt(template, 'type')
  const froms = listAt(template, 'templateFrom')
  if (type === 'bootstrap.kubernetes.io/token') {
    deny({
      kind: 'value',
      path: [...path, 'type'],
      message: denied('template.type="bootstrap.kubernetes.io/token" is not allowed'),
    })
  }
  if (type === 'kubernetes.io/service-account-token') {
    const annotation = 'kubernetes.io/service-account.name'
    const into = froms.find((from) => textAt(from, 'target')?.toLowerCase() === 'annotations')
    if (isSet(valueAt(template, ['metadata', 'annotations', annotation]))) {
      deny({
        kind: 'value',
        path: [...path, 'type'],
        message: denied(`template.type="${type}" with annotation "${annotation}" is not allowed`),
        suggestion: 'Make such a token with a plain Secret, or with TokenRequest.',
      })
    } else if (into !== undefined) {
      deny({
        kind: 'value',
        path: [...path, 'type'],
        message: denied(`template.type="${type}" with templateFrom target="${textAt(into, 'target')}" is not allowed`),
      })
    }
  }
  if (isSet(valueAt(spec, ['target', 'manifest']))) return
  for (const [i, from] of froms.entries()) {
    const target = textAt(from, 'target')
    if (target === undefined || target === '' || isPlaceholder(target)) continue
    if (SECRET_TARGETS.includes(target.toLowerCase())) continue
    deny({
      kind: 'value',
      path: [...path, 'templateFrom', i, 'target'],
      message: denied(
        `templateFrom target="${target}" is not allowed when targeting a Secret, must be one of "Data", "Annotations" or "Labels"`,
      ),
    })
  }
}
