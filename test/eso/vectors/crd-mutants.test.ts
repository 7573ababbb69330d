import { expect, it } from 'vitest'
import { apiVersionVerdict } from '../../../src/eso/schema/api-versions.ts'
import { unknownKind } from '../../../src/eso/schema/kind-names.ts'
import { validateManifest } from '../../../src/eso/schema/validate.ts'
import { parseYaml } from '../../../src/files/yaml/parse-yaml.ts'
import { isMeantForEso } from '../../../src/model/kinds.ts'
import type { ValueMap } from '../../../src/model/value.ts'
import { manifestOf } from '../yaml-manifest.ts'
import { readVectors, Tally } from './read-vectors.ts'

interface Row {
  readonly id: string
  readonly class: string
  readonly yaml: string
  /** What refuses the object of ESO 2.9.0: empty, nothing does. */
  readonly verdict: {
    readonly unknown?: readonly string[]
    readonly errors?: readonly { readonly path: string }[]
    readonly decode?: string
    readonly parse?: string
    readonly webhook?: string
  }
}

const ESO = '2.9.0'

/** What is not judged here, and why. */
function reasonOfMiss({ yaml, verdict }: Row): string | undefined {
  const text = JSON.stringify(verdict)
  // The program that made the verdicts had no provider but Vault's.
  if (verdict.webhook?.includes('registered store backend') === true) return 'the measuring program lacks openBao'
  if (text.includes('passwordSpec')) return 'bodies of other generators'
  // Without a namespace in the file nobody knows whether another one is foreign.
  if (text.includes('match the namespace of the SecretStore') && !/^ {2}namespace:/m.test(yaml))
    return 'the namespace is given elsewhere'
  return undefined
}

/** What is said of the documents: `error`, `warning`, or `fails` for what the API server takes and ESO cannot work with. */
function judged(yaml: string): 'error' | 'warning' | 'fails' | 'quiet' {
  const { documents, notes } = parseYaml({ file: 'mutant.yaml', text: yaml })
  // A key twice is refused by kustomize alone.
  if (notes.some(({ code }) => code !== 'yaml-duplicate-key')) return 'error'
  let answer: 'error' | 'warning' | 'fails' | 'quiet' = 'quiet'
  for (const document of documents) {
    if (typeof document.value !== 'object' || document.value === null || Array.isArray(document.value)) return 'error'
    const manifest = manifestOf(document)
    if (isMeantForEso(manifest.apiVersion, manifest.kind, document.value as ValueMap) && unknownKind(manifest))
      return 'error'
    if (apiVersionVerdict(manifest.apiVersion, manifest.kind, ESO).served === 'no') return 'error'
    for (const { severity, effect } of validateManifest(manifest, { eso: [ESO] })) {
      if (severity === 'error' && effect !== 'fails' && effect !== 'ignored') return 'error'
      if (severity === 'error') answer = 'fails'
      else if (answer === 'quiet' && effect !== 'ignored') answer = 'warning'
    }
  }
  return answer
}

it('tells 4,838 mutated manifests from those that the API server and the webhooks take (eso.md §8)', () => {
  const tally = new Tally()
  const falseAlarms: string[] = []
  const missed: string[] = []
  const named = new Tally()
  let inSpec = 0
  let missedInSpec = 0
  const rows = readVectors<Row>('crd-mutants')
  for (const row of rows) {
    const answer = judged(row.yaml)
    const refused = Object.keys(row.verdict).length > 0
    if (!refused) {
      tally.add(row.class, answer === 'error' ? 'FALSE ALARM' : answer === 'fails' ? 'taken, fails later' : 'taken')
      if (answer === 'error') falseAlarms.push(row.id)
      continue
    }
    const { unknown = [], errors = [] } = row.verdict
    const spec =
      [...unknown, ...errors.map(({ path }) => path)].some((path) => path.startsWith('spec')) ||
      row.verdict.webhook !== undefined
    if (spec) inSpec += 1
    if (answer === 'quiet') {
      tally.add(row.class, 'missed')
      const reason = reasonOfMiss(row)
      if (reason === undefined) missed.push(row.id)
      else named.add(reason, 'missed')
      if (spec) missedInSpec += 1
    } else tally.add(row.class, answer === 'error' ? 'refused' : answer === 'fails' ? 'refused (fails)' : 'warned')
  }
  tally.print('mutated manifests')
  named.print('what is missed')
  expect(falseAlarms).toEqual([])
  expect(missed).toEqual([])
  const refused = rows.filter(({ verdict }) => Object.keys(verdict).length > 0).length
  expect(tally.count('missed') / refused).toBeLessThan(0.004)
  expect(missedInSpec / inSpec).toBeLessThan(0.005)
  // Warnings instead of errors are left where only some ways of applying a file are hit (YAML 1.1).
  expect(tally.count('warned')).toBeLessThanOrEqual(50)
}, 60_000)
