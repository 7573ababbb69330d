import { isAbsolute, posix, relative, sep } from 'node:path'
import { isVaultStore } from '../../eso/read-store.ts'
import { InvalidInput } from '../../model/invalid-input.ts'
import { lookUp } from '../../model/look-up.ts'
import type { Manifest } from '../../model/manifest.ts'
import { nearestNames } from '../../model/nearest-name.ts'
import type { Reference } from '../../model/reference.ts'
import type { Span } from '../../model/span.ts'
import type { VaultStore } from '../../model/store.ts'
import { listed } from '../../model/wording.ts'
import type { Gathered } from '../gather.ts'

export interface Selected {
  readonly references: ReadonlySet<Reference>
  readonly stores: readonly VaultStore[]
  /** An object was named: it is shown even where its lines are those of another overlay, too. */
  readonly byName: boolean
}

/** Short names of the CRDs, as kubectl takes them (eso.md §6). */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  es: 'externalsecret',
  ces: 'clusterexternalsecret',
  ps: 'pushsecret',
  ss: 'secretstore',
  css: 'clustersecretstore',
}

/** At most so many names in a message. */
const MOST_NAMES = 8

/**
 * What a subject means: `kind/namespace/name` (the namespace may be left out), `file`, or `file:line`. A line of a manifest means the
 * reference that stands there; a line of a policy or role means what it decides.
 *
 * @throws InvalidInput when nothing is meant, with the names that are near.
 */
export function selectSubject(gathered: Gathered, subject: string | undefined, cwd: string): Selected {
  const { references } = gathered.prediction
  const stores = [...gathered.prediction.stores, ...gathered.prediction.generators].filter(isVaultStore)
  if (subject === undefined) return { references: new Set(references), stores, byName: false }
  const object = objectOf(subject)
  const selected =
    object === undefined
      ? selectPlace(gathered, stores, placeOf(subject, cwd))
      : selectObject(references, stores, object)
  if (selected.references.size > 0 || selected.stores.length > 0) return selected
  throw new InvalidInput(nothingMeant(subject, object !== undefined, references, stores))
}

interface ObjectName {
  readonly kind: string
  readonly namespace: string | undefined
  readonly name: string
}

function objectOf(subject: string): ObjectName | undefined {
  const [kind = '', ...rest] = subject.split('/')
  const name = rest.at(-1)
  if (rest.length > 2 || name === undefined || name === '' || !isKind(kind)) return undefined
  // A namespace that is left out matches any: ClusterSecretStore//vault and ClusterSecretStore/vault mean one thing.
  return { kind: fullKind(kind), namespace: rest.length === 2 && rest[0] !== '' ? rest[0] : undefined, name }
}

function isKind(text: string): boolean {
  return (
    Object.hasOwn(SHORT_NAMES, text.toLowerCase()) ||
    /^(cluster)?(externalsecret|pushsecret|secretstore|generator)$|^vaultdynamicsecret$/i.test(text)
  )
}

function fullKind(kind: string): string {
  return lookUp(SHORT_NAMES, kind.toLowerCase()) ?? kind.toLowerCase()
}

function selectObject(
  references: readonly Reference[],
  stores: readonly VaultStore[],
  { kind, namespace, name }: ObjectName,
): Selected {
  const meant = (manifest: Manifest) =>
    manifest.kind.toLowerCase() === kind &&
    manifest.name === name &&
    (namespace === undefined || manifest.namespace === namespace)
  const those = stores.filter((store) => meant(store.manifest))
  return {
    // A store means all that uses it.
    references: new Set(references.filter((one) => meant(one.manifest) || usesOneOf(one, those))),
    stores: those,
    byName: true,
  }
}

function usesOneOf({ store }: Reference, stores: readonly VaultStore[]): boolean {
  return store.found === 'vault' && stores.includes(store.store)
}

interface SubjectPlace {
  readonly file: string
  readonly line: number | undefined
}

function placeOf(subject: string, cwd: string): SubjectPlace {
  const match = /^(.*?):(\d+)(?::\d+)?$/.exec(subject)
  const file = match?.[1] ?? subject
  const near = isAbsolute(file) ? relative(cwd, file) : file
  return {
    file: posix.normalize(near.split(sep).join('/')),
    line: match?.[2] === undefined ? undefined : Number(match[2]),
  }
}

function selectPlace(
  { prediction, chain }: Gathered,
  stores: readonly VaultStore[],
  { file, line }: SubjectPlace,
): Selected {
  const { references } = prediction
  const at = (span: Span | undefined) =>
    span !== undefined && span.file === file && (line === undefined || (span.line <= line && line <= lastLine(span)))
  const pick = (meant: (reference: Reference) => boolean, those: readonly VaultStore[] = []): Selected => ({
    references: new Set(references.filter(meant)),
    stores: those,
    byName: false,
  })
  const some = ({ references: found, stores: those }: Selected) => found.size > 0 || those.length > 0
  // The narrowest that holds the line: an item, then an object, then a store, then what a policy or role there decides.
  const items = pick(
    (one) =>
      at(one.span) ||
      at(one.propertySpan) ||
      at(one.manifest.spanOf(one.field)) ||
      at(one.manifest.spanOf(one.field, 'key')),
  )
  if (line !== undefined && some(items)) return items
  const storesHere = stores.filter((store) => at(store.manifest.span))
  const objects = pick(
    (one) => at(one.manifest.span) || usesOneOf(one, storesHere) || (line === undefined && at(one.span)),
    storesHere,
  )
  if (some(objects)) return objects
  const decided = new Set(
    chain.links
      .filter(({ accesses, role }) => {
        const rules = accesses.flatMap(({ decision }) => [
          ...decision.winner,
          ...decision.beaten().map(({ rule }) => rule),
        ])
        const declared =
          role?.found === 'known' && role.fact.provenance.from === 'git' ? role.fact.provenance.span : undefined
        return rules.some((rule) => at(rule.span)) || at(declared)
      })
      .map((link) => link.reference),
  )
  return pick((one) => decided.has(one))
}

/** The end is exclusive: a span that ends at the start of a line does not hold that line. */
function lastLine({ line, endLine, endColumn }: Span): number {
  return endColumn <= 1 && endLine > line ? endLine - 1 : endLine
}

function nothingMeant(
  subject: string,
  object: boolean,
  references: readonly Reference[],
  stores: readonly VaultStore[],
): string {
  const manifests = [...references.map((one) => one.manifest), ...stores.map((one) => one.manifest)]
  const all = distinct(
    object
      ? manifests.map(slashed)
      : [...manifests.map(({ span }) => span.file), ...references.map(({ span }) => span.file)],
  )
  if (all.length === 0) {
    return `Nothing is known of ${JSON.stringify(subject)}: no manifest in the files that were read makes ESO ask Vault for anything.`
  }
  const wanted = subject.replace(/(:\d+){1,2}$/, '')
  const file = all.includes(wanted) ? linesIn(wanted, references) : undefined
  if (file !== undefined) return `Nothing at ${subject} makes ESO ask Vault for anything. ${file}`
  const near = nearOf(wanted, all, object)
  const more = all.length - near.names.length
  const rest = more > 0 && !near.alike ? `, and ${more} more` : ''
  const lead = near.alike ? 'Near it' : object ? 'There are' : 'Files that do'
  const what = object ? 'No object that ESO would act on is called' : 'Nothing in the files that were read is at'
  return `${what} ${JSON.stringify(subject)}. ${lead}: ${listed(near.names)}${rest}.`
}

function linesIn(file: string, references: readonly Reference[]): string | undefined {
  const lines = distinct(references.filter(({ span }) => span.file === file).map(({ span }) => String(span.line)))
  if (lines.length === 0) return undefined
  return `The references in that file stand at line${lines.length === 1 ? '' : 's'} ${listed(lines)}.`
}

/** Names alike as wholes, or alike in their last part (the name, the file); else simply those that there are. */
function nearOf(wanted: string, all: readonly string[], object: boolean): { alike: boolean; names: readonly string[] } {
  const last = (text: string) => text.slice(text.lastIndexOf('/') + 1)
  const folded = new Map(all.map((name) => [name.toLowerCase(), name]))
  const whole = nearestNames(wanted.toLowerCase(), folded.keys(), MOST_NAMES).map((name) => folded.get(name) ?? name)
  const ends = nearestNames(last(wanted), all.map(last), MOST_NAMES)
  const sameEnd = all.filter((name) => last(name) === last(wanted) || ends.includes(last(name)))
  const alike = distinct([...whole, ...sameEnd]).slice(0, MOST_NAMES)
  if (alike.length > 0) return { alike: true, names: alike }
  const kind = object ? fullKind(wanted.split('/')[0] ?? '') : undefined
  const same = kind === undefined ? [] : all.filter((name) => name.toLowerCase().startsWith(`${kind}/`))
  return { alike: false, names: (same.length > 0 ? same : all).slice(0, MOST_NAMES) }
}

function slashed({ kind, namespace, name }: Manifest): string {
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)]
}
