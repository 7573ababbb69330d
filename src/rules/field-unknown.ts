import { isEsoKind } from '../eso/kinds.ts'
import type { SchemaProblem } from '../eso/schema/problem.ts'
import { validateManifest } from '../eso/schema/validate.ts'
import type { Fix } from '../model/finding.ts'
import type { Manifest } from '../model/manifest.ts'
import { formatSpan, type Span } from '../model/span.ts'
import { listed, nameField, nameManifest, upper } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { nearestPins } from './nearest-pins.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { vendoredCrds } from './vendored-crds.ts'

/**
 * A field that ESO's CRDs do not have, in the wrong place, missing, of the wrong type or with a value that is refused. The API
 * server drops unknown fields without a word, so a wrong indentation leaves an ExternalSecret without a source.
 */
export const fieldUnknown: Rule = {
  id: 'field-unknown',
  title: "A field that ESO's CRD does not have, or that is misplaced, missing or of the wrong type",
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    const crds = vendoredCrds(chain)
    for (const manifest of chain.manifests) {
      const pins = nearestPins(chain, manifest.span.file)
      const pinned = pins.flatMap(({ span }) => (span === undefined ? [] : [{ span, message: 'ESO is pinned here' }]))
      const problems = validateManifest(manifest, { eso: pins.map(({ version }) => version), crds: crds(manifest) })
      for (const problem of oneForASlip(problems)) {
        if (toldByAnother(manifest, problem)) continue
        yield {
          rule: this.id,
          severity: problem.severity,
          headline: headlineOf(problem),
          why: whyOf(problem, problem.newer === true ? pinnedIn(pinned) : ''),
          span: problem.span,
          related: problem.newer === true ? pinned : [],
          ...(problem.suggestion === undefined ? {} : { fix: fixOf(manifest, problem, problem.suggestion) }),
          ...unlistedOf(problem),
          objects: [manifest],
          fingerprint: fingerprint(this.id, nameManifest(manifest), problem.kind, nameField(problem.path)),
        }
      }
    }
  },
}

function unlistedOf({ unlisted }: SchemaProblem): Pick<RuleFinding, 'unlisted' | 'remark'> {
  if (unlisted === undefined) return {}
  const { count, errors } = unlisted
  const more = count === 1 ? 'One more problem of this object is' : `${count} more problems of this object are`
  return { unlisted: errors, remark: `${more} not listed.` }
}

/** A block that must have one of some fields and has an unknown one in their place is one slip. */
function* oneForASlip(problems: readonly SchemaProblem[]): Iterable<SchemaProblem> {
  const blocks = new Set(problems.flatMap(({ kind, path }) => (kind === 'exclusive' ? [nameField(path)] : [])))
  const inPlace = new Map<string, string[]>()
  for (const { kind, path } of problems) {
    const block = nameField(path.slice(0, -1))
    if (kind === 'unknown' && blocks.has(block))
      inPlace.set(block, [...(inPlace.get(block) ?? []), `\`${String(path.at(-1))}\``])
  }
  for (const problem of problems) {
    if (problem.kind === 'unknown' && blocks.has(nameField(problem.path.slice(0, -1)))) continue
    const names = problem.kind === 'exclusive' ? inPlace.get(nameField(problem.path)) : undefined
    yield names === undefined
      ? problem
      : { ...problem, message: `${problem.message} There is no field ${listed(names)} in it.` }
  }
}

function whyOf({ message, under, path }: SchemaProblem, pins: string): string {
  if (under === undefined) return `${upper(message)}${pins}`
  const empty = `ESO sees an empty \`${nameField(under.slice(-1))}\``
  return path.includes('dataFrom')
    ? `${empty} and refuses the object.`
    : `${empty}, and a server-side apply (Flux) refuses the object.`
}

function headlineOf({ kind, path, under }: SchemaProblem): (object: string) => string {
  const field = `\`${nameField(path.slice(-1)) || nameField(path)}\``
  switch (kind) {
    case 'misplaced':
      return under === undefined
        ? (object) => `${field} is in the wrong place in ${object}`
        : (object) => `${field} is not indented under \`${nameField(under.slice(-1))}\` in ${object}`
    case 'unknown':
      return (object) => `${field} is no field of ${object}`
    case 'missing':
      return (object) => `${object} lacks a field at \`${nameField(path)}\``
    case 'type':
      return (object) => `${field} of ${object} has the wrong type`
    case 'value':
      return (object) => `${field} of ${object} has a value that is not accepted`
    case 'exclusive':
      return (object) => `${object} has the wrong set of fields at \`${nameField(path)}\``
  }
}

/** A line that is only indented wrongly is moved as the file has it; else what to write. */
function fixOf(manifest: Manifest, { span, under }: SchemaProblem, suggestion: string): Fix {
  const isText = !suggestion.includes('\n') && /^[A-Z]/.test(suggestion)
  if (isText)
    return { lead: `${suggestion.charAt(0).toLowerCase()}${suggestion.slice(1).replace(/\.$/, '')}`, kind: 'advice' }
  if (suggestion.includes('…')) return { lead: whereTo(suggestion.split('\n')), kind: 'advice' }
  const write = { lead: 'write', kind: 'edit', language: 'yaml', text: suggestion } as const
  const holder = under === undefined ? undefined : manifest.spanOf(under, 'key')
  if (holder === undefined || holder.file !== span.file || holder.line >= span.line) return write
  const by = holder.column + 2 - span.column
  // One line that holds nothing but a name or a path: other values may be secret.
  if (by <= 0 || suggestion.trim().split('\n').length !== 2) return write
  return { ...write, lead: 'indent the line', indent: { file: span.file, from: span.line, to: span.line, by } }
}

/** Where the corrected lines leave a value out nobody can paste them: what to do is said instead. */
function whereTo(lines: readonly string[]): string {
  const keys = lines.map((line) => ({ depth: line.search(/\S/), key: line.trim().replace(/:(?: .*)?$/, '') }))
  const deepest = Math.max(...keys.map(({ depth }) => depth))
  const holders = keys.filter(({ depth }) => depth < deepest).map(({ key }) => key)
  const moved = listed(keys.filter(({ depth }) => depth === deepest).map(({ key }) => `\`${key}\``))
  return holders.length === 0 ? `write ${moved}` : `put ${moved} under \`${holders.join('.')}\``
}

function pinnedIn(pins: readonly { readonly span: Span }[]): string {
  return pins.length === 0 ? '' : ` Git pins ESO in ${listed(pins.map(({ span }) => formatSpan(span)))}.`
}

/**
 * Told by rules of their own: check-and-set on KV v1 (`kv1-operation`), regular expressions (`find-regexp-invalid`), types of a
 * template (`service-account-token-template`).
 */
function toldByAnother(manifest: Manifest, { kind, path, effect }: SchemaProblem): boolean {
  if (effect !== 'denied') return false
  const isStore = isEsoKind(manifest, 'SecretStore', 'ClusterSecretStore')
  if (isStore && kind === 'exclusive' && path.at(-2) === 'checkAndSet') return true
  if (isStore && path.includes('namespaceRegexes')) return true
  return kind === 'value' && path.at(-2) === 'template' && path.at(-1) === 'type'
}
