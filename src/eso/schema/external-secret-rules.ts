import { goQuote } from '../../model/go-quote.ts'
import type { Manifest } from '../../model/manifest.ts'
import { hasHole } from '../../model/placeholders.ts'
import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { isMap, listAt, mapAt, textAt, valueAt } from '../field-value.ts'
import { patchOver } from '../patched.ts'
import { formatPath } from './field-path.ts'
import type { NewProblem, ProblemList } from './problem-list.ts'
import { isTemplateGarbage } from './undecided.ts'

const isSet = (value: Value | undefined): boolean => value !== undefined && value !== null

/** A problem that ESO's webhook answers with `text`. */
type Deny = (
  problem: Omit<NewProblem, 'effect' | 'message'> & { readonly text: string; readonly lead?: string },
) => void

/** Checks an ExternalSecretSpec as ESO's webhook does (eso.md §6.2), and what the webhook lets through and ESO cannot do. */
export function checkExternalSecret(manifest: Manifest, spec: ValueMap, at: FieldPath, list: ProblemList): void {
  const deny: Deny = ({ lead, ...problem }) => {
    const message = `${lead === undefined ? '' : `${lead} `}ESO's webhook refuses the object: "${problem.text}".`
    list.add({ effect: 'denied', message, ...problem })
  }
  checkSources(manifest, spec, at, deny)
  for (const [i, item] of listAt(spec, 'dataFrom').entries()) {
    if (isMap(item)) checkDataFrom(item, [...at, 'dataFrom', i], deny, list)
  }
  checkDataGenerators(spec, at, list)
  checkPolicies(spec, at, deny)
  checkDuplicateKeys(spec, at, deny)
  checkTemplate(spec, at, deny)
}

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
    lead: `\`${formatPath(at)}\` names nothing to read.`,
    text: 'either data or dataFrom should be specified',
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
      lead: `${name} has ${set.join(' and ')}.`,
      text: 'extract, find, or generatorRef cannot be set at the same time',
      suggestion: 'Make each its own item of `dataFrom`.',
    })
  }
  if (!extract && !find && !isSet(item.sourceRef)) {
    deny({
      kind: 'missing',
      path,
      lead: `${name} has no source.`,
      text: 'either extract, find, or sourceRef must be set to dataFrom',
      suggestion: 'Add `extract: {key: …}`, `find: {…}`, or a `sourceRef` with a generator.',
    })
  }
  if (isMap(item.sourceRef) && !generator && !isSet(source?.storeRef) && !isTemplateGarbage(item.sourceRef)) {
    deny({
      kind: 'missing',
      path: [...path, 'sourceRef'],
      at: 'key',
      lead: `\`${formatPath([...path, 'sourceRef'])}\` is empty.`,
      text: 'generatorRef or storeRef must be set when using sourceRef in dataFrom',
      suggestion: 'Add `storeRef: {name: …}` or `generatorRef: {kind: …, name: …}`, or take `sourceRef` away.',
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
      lead: `\`deletionPolicy: Delete\` does not go with \`creationPolicy: ${creation}\`.`,
      text: "deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set creationPolicy=Owner",
      suggestion: 'creationPolicy: Owner',
    })
  }
  if (deletion === 'Merge' && creation === 'None') {
    deny({
      kind: 'exclusive',
      path,
      lead: '`deletionPolicy: Merge` does not go with `creationPolicy: None`.',
      text: 'deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with',
      suggestion: 'creationPolicy: Merge',
    })
  }
}

function checkDuplicateKeys(spec: ValueMap, at: FieldPath, deny: Deny): void {
  if ((textAt(spec, 'target', 'deletionPolicy') ?? 'Retain') !== 'Retain') return
  const seen = new Map<string, number>()
  for (const [i, item] of listAt(spec, 'data').entries()) {
    const key = textAt(item, 'secretKey')
    if (key === undefined || hasHole(key)) continue
    const first = seen.get(key)
    if (first === undefined) {
      seen.set(key, i)
      continue
    }
    deny({
      kind: 'exclusive',
      path: [...at, 'data', i, 'secretKey'],
      lead: `\`data[${first}]\` and \`data[${i}]\` both write the key \`${key}\`.`,
      text: `duplicate secretKey found: ${key}`,
      suggestion: 'Give one of them another `secretKey`, or take it away.',
    })
  }
}

/** As ESO's webhook prints them, whatever the case written. */
const SECRET_TARGETS = ['Data', 'Annotations', 'Labels']
const isTarget = (written: string, target: string): boolean => written.toLowerCase() === target.toLowerCase()

/** Whether what is made is a Secret: the default, and also what `manifest: {apiVersion: v1, kind: Secret}` names. */
function makesSecret(spec: ValueMap): boolean {
  const manifest = mapAt(spec, 'target', 'manifest')
  return manifest === undefined || (textAt(manifest, 'apiVersion') === 'v1' && textAt(manifest, 'kind') === 'Secret')
}

function checkTemplate(spec: ValueMap, at: FieldPath, deny: Deny): void {
  const template = mapAt(spec, 'target', 'template')
  if (template === undefined) return
  const path = [...at, 'target', 'template']
  const type = textAt(template, 'type')
  const froms = listAt(template, 'templateFrom')
  if (type === 'bootstrap.kubernetes.io/token') {
    deny({ kind: 'value', path: [...path, 'type'], text: `template.type="${type}" is not allowed` })
  }
  if (type === 'kubernetes.io/service-account-token') {
    const annotation = 'kubernetes.io/service-account.name'
    const into = froms.some((from) => isTarget(textAt(from, 'target') ?? '', 'Annotations'))
    if (valueAt(template, ['metadata', 'annotations', annotation]) !== undefined) {
      deny({
        kind: 'value',
        path: [...path, 'type'],
        text: `template.type="${type}" with annotation "${annotation}" is not allowed`,
        suggestion: 'Make such a token with a plain Secret, or with TokenRequest.',
      })
    } else if (into) {
      deny({
        kind: 'value',
        path: [...path, 'type'],
        text: `template.type="${type}" with templateFrom target="Annotations" is not allowed`,
      })
    }
  }
  if (!makesSecret(spec)) return
  for (const [i, from] of froms.entries()) {
    const target = textAt(from, 'target')
    if (target === undefined || target === '' || hasHole(target)) continue
    if (SECRET_TARGETS.some((name) => isTarget(target, name))) continue
    deny({
      kind: 'value',
      path: [...path, 'templateFrom', i, 'target'],
      text: `templateFrom target=${goQuote(target)} is not allowed when targeting a Secret, must be one of "Data", "Annotations" or "Labels"`,
    })
  }
}
