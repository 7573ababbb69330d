import { parseYaml } from '../files/yaml/parse-yaml.ts'
import type { YamlDocument } from '../files/yaml/yaml-document.ts'
import type { ChartValues } from '../model/chart-values.ts'
import type { Expectation } from '../model/expectation.ts'
import type { Severity } from '../model/finding.ts'
import { type InputProblem, InvalidInput } from '../model/invalid-input.ts'
import type { Span } from '../model/span.ts'
import type { FieldPath, ValueMap } from '../model/value.ts'
import { noteText } from '../report/reasons/note.ts'
import { chartValuesOf, chartValuesProblems, type RawChartValues } from './config-charts.ts'
import { CONFIG_SHAPE } from './config-shape.ts'
import { type ConfigWord, type RawWord, wordOf, wordProblems } from './config-word.ts'
import { expectationProblems, expectationsOf, type RawExpectation } from './expectations.ts'
import { checkShape, didYouMean, quoted } from './shape.ts'

export const DEFAULT_CONFIG_FILE = '.github/eso-vault.yml'

/** A rule's severity as the config sets it. */
export type RuleSetting = Severity | 'off'

export interface NamingPattern {
  /** Mount and path, with names in braces. */
  readonly pattern: string
  /** Name in the pattern → what may stand there; an expression such as `{namespace}` stays as written. */
  readonly where: Readonly<Record<string, readonly string[]>>
  readonly span: Span
}

export interface ConfigIgnore {
  readonly rule: string
  /** Glob over Vault paths (mount and key). */
  readonly path: string | undefined
  /** Glob over files. */
  readonly file: string | undefined
  readonly reason: string
  /** `YYYY-MM-DD`, the last day on which it counts. */
  readonly until: string | undefined
  readonly span: Span
}

/** What the config file says (design §4). Absent keys are empty or `undefined`: defaults are `settings`' and `setup`'s affair. */
export interface Config {
  /** `undefined`: there is no config file. */
  readonly file: string | undefined
  /** The file's own text, for reports that show its lines. */
  readonly text?: string
  readonly manifests: {
    readonly exclude: readonly string[]
    readonly rendered: readonly string[]
    /** Checkouts of other repositories, which count and are not reported. */
    readonly also: readonly { readonly folder: string; readonly span: Span }[]
    readonly variables: Readonly<Record<string, string>>
    /** What becomes of findings about what nothing applies. */
    readonly unapplied: 'note' | 'same' | 'off'
  }
  readonly vault: {
    readonly address: string | undefined
    readonly addressSpan: Span | undefined
    /** `""`: the root namespace, said on purpose; `undefined`: not said. */
    readonly namespace: string | undefined
    /** `auto`, `vault@1.20`, `openbao@2.7`, `vault@>=1.20 <2`, `vault`. */
    readonly product: string
  }
  /** What Git does not say. */
  readonly stores: ConfigWord['stores']
  readonly roles: ConfigWord['roles']
  readonly policies: ConfigWord['policies']
  readonly naming: readonly NamingPattern[]
  /** Access as a contract. */
  readonly expect: readonly Expectation[]
  /** Values that charts get from outside of Git. */
  readonly helm: readonly ChartValues[]
  readonly setup: {
    readonly policy: {
      readonly name: string | undefined
      readonly generate: 'exact' | 'folder' | { readonly file: string }
      readonly span: Span | undefined
    }
    readonly role: { readonly ttl: string | undefined }
    readonly kubernetes: {
      readonly host: string | undefined
      readonly reviewer: 'pod' | 'client' | 'token' | undefined
      /** PEM file below the repository. */
      readonly ca: string | undefined
    }
  }
  /** What `snapshot` writes (snapshot.md §2). */
  readonly snapshot: {
    readonly scope: 'referenced' | 'folders' | 'all'
    readonly names: 'plain' | 'hashed'
    readonly keys: boolean
  }
  readonly drift: {
    /** Globs over Vault paths (mount and key) that nobody else uses. */
    readonly owned: readonly { readonly pattern: string; readonly span: Span }[]
  }
  readonly rules: Readonly<Record<string, RuleSetting>>
  readonly ignore: readonly ConfigIgnore[]
}

export const EMPTY_CONFIG: Config = {
  file: undefined,
  manifests: { exclude: [], rendered: [], also: [], variables: {}, unapplied: 'note' },
  vault: { address: undefined, addressSpan: undefined, namespace: undefined, product: 'auto' },
  stores: {},
  roles: [],
  policies: [],
  naming: [],
  expect: [],
  helm: [],
  setup: {
    policy: { name: undefined, generate: 'exact', span: undefined },
    role: { ttl: undefined },
    kubernetes: { host: undefined, reviewer: undefined, ca: undefined },
  },
  snapshot: { scope: 'folders', names: 'plain', keys: true },
  drift: { owned: [] },
  rules: {},
  ignore: [],
}

export interface ConfigContext {
  /** Every rule's id; an id that is none of them is an error. */
  readonly rules: readonly string[]
}

/**
 * Reads the config file's text.
 *
 * @throws InvalidInput naming every wrong line at once: what does not parse, unknown keys, wrong types, unknown rules.
 */
export function readConfig(file: string, text: string, context: ConfigContext): Config {
  const { documents, notes } = parseYaml({ file, text })
  const broken = notes[0]
  if (broken !== undefined) {
    throw new InvalidInput(noteText(broken), { file, ...(broken.line === undefined ? {} : { line: broken.line }) })
  }
  const document = documents.find((candidate) => candidate.value !== null)
  if (document === undefined) return { ...EMPTY_CONFIG, file }
  const second = documents.find((candidate) => candidate !== document && candidate.value !== null)
  if (second !== undefined) {
    throw new InvalidInput('A config file holds one YAML document; this one starts a second.', {
      file,
      line: second.span.line,
    })
  }
  const problems = checkShape(document.value, CONFIG_SHAPE).map(({ path, part, message }) =>
    problemAt(document, path, part, message),
  )
  if (problems.length === 0) problems.push(...checkMeaning(document, context.rules))
  if (problems.length > 0) throw new InvalidInput(problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)))
  return { ...toConfig(document), text }
}

/** What the shape cannot tell: names that must exist, dates of the calendar, braces that must be there. */
function checkMeaning(document: YamlDocument, rules: readonly string[]): InputProblem[] {
  const config = document.value as unknown as RawConfig
  const problems: InputProblem[] = []
  const unknownRule = (id: string, path: FieldPath, part: 'key' | 'value') => {
    if (rules.includes(id)) return
    const near = didYouMean(id, rules) || ' The rules are listed in docs/rules.'
    problems.push(problemAt(document, path, part, `there is no rule ${quoted(id)}.${near}`))
  }
  for (const id of Object.keys(config.rules ?? {})) unknownRule(id, ['rules', id], 'key')
  for (const [index, entry] of (config.ignore ?? []).entries()) {
    unknownRule(entry.rule, ['ignore', index, 'rule'], 'value')
    if (entry.until !== undefined && !isCalendarDate(entry.until)) {
      const message = `ignore[${index}].until: ${quoted(entry.until)} is no day of the calendar.`
      problems.push(problemAt(document, ['ignore', index, 'until'], 'value', message))
    }
  }
  for (const [index, entry] of (config.naming ?? []).entries()) {
    const names = namesInPattern(entry.pattern)
    for (const key of Object.keys(entry.where ?? {})) {
      if (names.includes(key)) continue
      const message = `naming[${index}].where.${key}: the pattern has no {${key}}.${didYouMean(key, names)}`
      problems.push(problemAt(document, ['naming', index, 'where', key], 'key', message))
    }
  }
  problems.push(...wordProblems(config, document), ...expectationProblems(config.expect ?? [], document))
  problems.push(...chartValuesProblems(config.helm ?? [], document))
  return problems
}

function problemAt(document: YamlDocument, path: FieldPath, part: 'key' | 'value', message: string): InputProblem {
  return { file: document.file, line: document.spanOf(path, part).line, message }
}

/** The names in braces of a naming pattern. */
function namesInPattern(pattern: string): string[] {
  return [...pattern.matchAll(/\{([A-Za-z][A-Za-z0-9_-]*)\}/g)].map((match) => match[1] as string)
}

function isCalendarDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

/** The file's own structure, once its shape is checked. */
interface RawConfig extends RawWord {
  readonly expect?: readonly RawExpectation[]
  readonly helm?: readonly RawChartValues[]
  readonly manifests?: {
    readonly exclude?: string[]
    readonly rendered?: string[]
    readonly also?: string[]
    readonly variables?: ValueMap
    readonly unapplied?: 'note' | 'same' | 'off'
  }
  readonly vault?: { readonly address?: string; readonly namespace?: string; readonly product?: string }
  readonly naming?: readonly { readonly pattern: string; readonly where?: Record<string, string | string[]> }[]
  readonly setup?: {
    readonly policy?: { readonly name?: string; readonly generate?: 'exact' | 'folder' | { readonly file: string } }
    readonly role?: { readonly ttl?: string }
    readonly kubernetes?: {
      readonly host?: string
      readonly reviewer?: 'pod' | 'client' | 'token'
      readonly ca?: string
    }
  }
  readonly snapshot?: Partial<Config['snapshot']>
  readonly drift?: { readonly owned?: readonly string[] }
  readonly rules?: Readonly<Record<string, RuleSetting>>
  readonly ignore?: readonly {
    readonly rule: string
    readonly path?: string
    readonly file?: string
    readonly reason: string
    readonly until?: string
  }[]
}

function toConfig(document: YamlDocument): Config {
  const raw = document.value as unknown as RawConfig
  const { setup } = raw
  return {
    file: document.file,
    manifests: {
      exclude: raw.manifests?.exclude ?? [],
      rendered: raw.manifests?.rendered ?? [],
      also: (raw.manifests?.also ?? []).map((folder, index) => ({
        folder,
        span: document.spanOf(['manifests', 'also', index]),
      })),
      variables: (raw.manifests?.variables ?? {}) as Record<string, string>,
      unapplied: raw.manifests?.unapplied ?? 'note',
    },
    vault: {
      address: raw.vault?.address,
      addressSpan: raw.vault?.address === undefined ? undefined : document.spanOf(['vault', 'address']),
      namespace: raw.vault?.namespace,
      product: raw.vault?.product ?? 'auto',
    },
    ...wordOf(raw, document),
    expect: expectationsOf(raw.expect ?? [], document),
    helm: chartValuesOf(raw.helm ?? [], document),
    naming: (raw.naming ?? []).map(({ pattern, where }, index) => ({
      pattern,
      where: Object.fromEntries(
        Object.entries(where ?? {}).map(([key, value]) => [key, typeof value === 'string' ? [value] : value]),
      ),
      span: document.spanOf(['naming', index, 'pattern']),
    })),
    setup: {
      policy: {
        name: setup?.policy?.name,
        generate: setup?.policy?.generate ?? 'exact',
        span: setup?.policy === undefined ? undefined : document.spanOf(['setup', 'policy'], 'key'),
      },
      role: { ttl: setup?.role?.ttl },
      kubernetes: {
        host: setup?.kubernetes?.host,
        reviewer: setup?.kubernetes?.reviewer,
        ca: setup?.kubernetes?.ca,
      },
    },
    snapshot: { ...EMPTY_CONFIG.snapshot, ...raw.snapshot },
    drift: {
      owned: (raw.drift?.owned ?? []).map((pattern, index) => ({
        pattern,
        span: document.spanOf(['drift', 'owned', index]),
      })),
    },
    rules: raw.rules ?? {},
    ignore: (raw.ignore ?? []).map(({ rule, path, file, reason, until }, index) => ({
      rule,
      path,
      file,
      reason: reason.trim(),
      until,
      span: document.spanOf(['ignore', index]),
    })),
  }
}
