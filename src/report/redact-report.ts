import type { Applied, AppliedBy } from '../model/applied.ts'
import type { Decision } from '../model/decision.ts'
import type { Finding } from '../model/finding.ts'
import type { Manifest } from '../model/manifest.ts'
import { lastOf } from '../model/once.ts'
import { mapShared, redactTexts } from '../model/redact.ts'
import type { JudgedReference, Report, SourceLine } from './report.ts'

/** Takes secrets out of a text. */
export type Redact = (text: string) => string

/** The same of the name of the file of a place. */
type RedactPlace = <Place extends { readonly file: string }>(place: Place) => Place

/**
 * A report whose every text passed the redaction, for the reporters. It happens here and not on what they print: escaping and
 * wrapping would cut a secret into pieces that no longer look like one.
 */
export function redactReport(report: Report, redact: Redact): Report {
  const redactFile = remembered(redact)
  const at: RedactPlace = (place) => {
    const file = redactFile(place.file)
    return file === place.file ? place : { ...place, file }
  }
  const finding = (original: Finding): Finding => ({
    ...original,
    headline: redact(original.headline),
    span: at(original.span),
    message: redact(original.message),
    related: original.related.map((place) => ({ ...place, span: at(place.span), message: redact(place.message) })),
    ...(original.why === undefined ? {} : { why: redact(original.why) }),
    ...(original.fix === undefined ? {} : { fix: redactTexts(original.fix, redact) }),
    ...(original.chain === undefined ? {} : { chain: redactTexts(original.chain, redact) }),
    ...(original.shows === undefined ? {} : { shows: redactTexts(original.shows, redact) }),
    ...(original.does === undefined ? {} : { does: redact(original.does) }),
    ...(original.remark === undefined ? {} : { remark: redact(original.remark) }),
    ...(original.cause === undefined ? {} : { cause: redact(original.cause) }),
    ...(original.parts === undefined ? {} : { parts: redactTexts(original.parts, redact) }),
    fingerprint: redact(original.fingerprint),
  })
  return {
    ...report,
    findings: report.findings.map(finding),
    ignored: report.ignored.map((entry) => ({
      ...entry,
      finding: finding(entry.finding),
      reason: redact(entry.reason),
    })),
    references: redactReferences(report.references, redact, at),
    notChecked: report.notChecked.map((item) => ({
      ...at(item),
      what: redact(item.what),
      reason: redactTexts(item.reason, redact),
    })),
    notes: report.notes.map((note) => redactTexts(note, redact)),
    live: { ...report.live, line: redact(report.live.line) },
    incomplete: report.incomplete.map(redact),
    ...(report.need === undefined ? {} : { need: redactTexts(report.need, redact) }),
    ...(report.scope?.of === 'all' ? { scope: { ...report.scope, because: redact(report.scope.because) } } : {}),
    ...(report.problems === undefined
      ? {}
      : { problems: report.problems.map((problem) => redactTexts(problem, redact)) }),
  }
}

/** A name of a file is asked for once for each of its lines. */
function remembered(redact: Redact): Redact {
  const known = new Map<string, string>()
  return (text) => {
    let clean = known.get(text)
    if (clean === undefined) {
      clean = redact(text)
      known.set(text, clean)
    }
    return clean
  }
}

/**
 * The source lines that reports show. Secrets are taken out of a file's whole text (`redactInPlace`: columns stay), because a
 * private key spans lines of which none looks like a secret.
 */
export function redactLines(textOf: (file: string) => string | undefined, redactInPlace: Redact): SourceLine {
  const lines = new Map<string, readonly string[]>()
  const linesOf = (file: string): readonly string[] => {
    let known = lines.get(file)
    if (known === undefined) {
      const text = textOf(file)
      known = text === undefined ? [] : redactInPlace(text).split(/\r?\n/)
      lines.set(file, known)
    }
    return known
  }
  return (file, line) => linesOf(file)[line - 1]
}

/** References of one object that read one secret share their accesses, and those of one manifest stand together. */
function redactReferences(
  references: readonly JudgedReference[],
  redact: Redact,
  at: RedactPlace,
): readonly JudgedReference[] {
  const accessesOf = lastOf((accesses: JudgedReference['accesses']) =>
    mapShared(accesses, (one) =>
      withParts(one, {
        access: withParts(one.access, { path: redact(one.access.path) }),
        decision: redactDecision(one.decision, redact),
      }),
    ),
  )
  const manifestOf = lastOf((manifest: Manifest) => redactName(manifest, redact, at))
  return mapShared(references, (judged) => redactReference(judged, redact, at, { accessesOf, manifestOf }))
}

function redactReference(
  judged: JudgedReference,
  redact: Redact,
  at: RedactPlace,
  {
    accessesOf,
    manifestOf,
  }: {
    readonly accessesOf: (accesses: JudgedReference['accesses']) => JudgedReference['accesses']
    readonly manifestOf: (manifest: Manifest) => Manifest
  },
): JudgedReference {
  const { reference, accesses } = judged
  const { key, property, failsWith, notChecked, manifest, storeRef, span } = reference
  return withParts(judged, {
    standing: redactTexts(judged.standing, redact),
    workloads: redactTexts(judged.workloads, redact),
    reference: withParts(reference, {
      span: at(span),
      key: redact(key),
      property: maybe(property, redact),
      failsWith: redactTexts(failsWith, redact),
      notChecked: redactTexts(notChecked, redact),
      manifest: manifestOf(manifest),
      storeRef: storeRef === undefined ? undefined : withParts(storeRef, { name: redact(storeRef.name) }),
    }),
    accesses: accessesOf(accesses),
  })
}

function redactDecision(decision: Decision, redact: Redact): Decision {
  return withParts(decision, {
    because: redactTexts(decision.because, redact),
    winner: mapShared(decision.winner, (rule) =>
      withParts(rule, { path: redact(rule.path), policy: redact(rule.policy) }),
    ),
  })
}

/** `whole` itself where the parts are its own. */
function withParts<T extends object>(whole: T, parts: Partial<T>): T {
  const names = Object.keys(parts) as (keyof T)[]
  return names.every((name) => parts[name] === whole[name]) ? whole : { ...whole, ...parts }
}

function redactName(manifest: Manifest, redact: Redact, at: RedactPlace): Manifest {
  const name = redact(manifest.name)
  const namespace = maybe(manifest.namespace, redact)
  const { origin } = manifest
  const appliedBy = origin.appliedBy.map((one) => redactRoot(one, redact, at))
  const applied = redactApplied(origin.applied, redact)
  const same = appliedBy.every((one, index) => one === origin.appliedBy[index]) && applied === origin.applied
  if (name === manifest.name && namespace === manifest.namespace && same) return manifest
  // A manifest may keep its places behind methods and getters, which a copy by spreading would lose.
  return Object.create(manifest, {
    name: { value: name },
    namespace: { value: namespace },
    origin: { value: { ...origin, appliedBy, applied } },
  }) as Manifest
}

/** The same object where there is nothing to take out. */
function redactRoot(root: AppliedBy, redact: Redact, at: RedactPlace): AppliedBy {
  const name = redact(root.name)
  const span = at(root.span)
  const by = root.by === undefined ? undefined : redactRoot(root.by, redact, at)
  if (name === root.name && span === root.span && by === root.by) return root
  return { ...root, name, span, ...(by === undefined ? {} : { by }) }
}

function redactApplied(applied: Applied, redact: Redact): Applied {
  const { cluster, reason } = applied
  const cleaned = {
    ...applied,
    ...(cluster === undefined ? {} : { cluster: { ...cluster, name: redact(cluster.name) } }),
    ...(reason === undefined ? {} : { reason: redactTexts(reason, redact) }),
  }
  return JSON.stringify(cleaned) === JSON.stringify(applied) ? applied : cleaned
}

function maybe(text: string | undefined, redact: Redact): string | undefined {
  return text === undefined ? undefined : redact(text)
}
