import type { AppliedBy, AppliedReason } from '../../model/applied.ts'
import type { Span } from '../../model/span.ts'
import { upper } from '../../model/wording.ts'

/** Why an object is not applied, may not be, or waits: one or two sentences with the places that show it. */
export function whyNotApplied(reason: AppliedReason): string {
  switch (reason.code) {
    case 'not-followed':
      return `Nothing that was followed applies it. ${upper(reason.root)} (${at(reason.span)}) was not followed to its end.`
    case 'unreached':
      return 'Nothing that was followed applies it.'
    case 'chart-undeployed':
      return `Nothing in Git deploys its chart \`${reason.chart}\`, which is rendered here with ${reason.values === undefined ? 'its own values' : `\`${reason.values}\``}.`
    case 'root-failed':
      return `${upper(nameRoot(reason.by))} cannot be built, so it is read as it is written.`
    case 'not-updated':
      return `It is applied once and no more: its annotation \`${reason.annotation}\` (${at(reason.at)}) keeps Flux from it.`
    case 'suspended':
      return `It waits: ${nameRoot(reason.by)} is suspended (${at(reason.by.span)}).`
    default:
      return `It is not applied: ${notAppliedClause(reason)}.`
  }
}

type NotAppliedReason = Extract<
  AppliedReason,
  { readonly code: 'left-out' | 'declared-by-unapplied' | 'component-unused' | 'outside' }
>

function notAppliedClause(reason: NotAppliedReason): string {
  switch (reason.code) {
    case 'left-out':
      if (reason.commented !== undefined) return `${at(reason.commented)} has it commented out`
      return reason.copy === undefined
        ? `${nameRoot(reason.by)} builds \`${reason.folder}\` and does not take it`
        : `${nameRoot(reason.by)} takes the copy at ${at(reason.copy)}`
    case 'declared-by-unapplied':
      return reason.commented === undefined
        ? `only ${nameRoot(reason.object)} (${at(reason.object.span)}) leads to it, and nothing applies that`
        : `only ${nameRoot(reason.object)} leads to it, and ${at(reason.commented)} has that commented out`
    case 'component-unused':
      return `nothing that is applied uses the Component \`${reason.folder}\``
    case 'outside':
      return 'it lies outside of everything that is'
  }
}

/** What shows that one file is not applied, where its kind of reason is told already; `undefined`: nothing more. */
export function notAppliedDetail(reason: AppliedReason | undefined): string | undefined {
  switch (reason?.code) {
    case 'left-out':
    case 'declared-by-unapplied':
    case 'component-unused':
      return notAppliedClause(reason)
    default:
      return undefined
  }
}

/** `Flux Kustomization flux-system/apps`, `the kustomization apps/web`. */
function nameRoot({ kind, name }: AppliedBy): string {
  if (kind === 'kustomization') return `the kustomization \`${name}\``
  if (kind === 'command') return `the command that names \`${name}\``
  return kind === 'Kustomization (Flux)' ? `Flux Kustomization ${name}` : `${kind} ${name}`
}

/** The same of many objects, by which they are counted together. */
export function notAppliedBecause(reason: AppliedReason | undefined): string {
  switch (reason?.code) {
    case 'left-out':
      return 'a root builds the folder above and does not take the file'
    case 'declared-by-unapplied':
      return 'only an object that is not applied leads to it'
    case 'component-unused':
      return 'nothing that is applied uses its Component'
    default:
      return 'it lies outside of everything that is applied'
  }
}

/** What applies an object, from the entry down: `FluxInstance flux-system/flux → Flux Kustomization flux-system/apps`. */
export function rootChain(root: AppliedBy): string {
  return rootsDown(root).map(nameRoot).join(' → ')
}

/** The entry that it all begins with. */
export function entryOf(root: AppliedBy): string {
  return nameRoot(rootsDown(root)[0] ?? root)
}

function rootsDown(root: AppliedBy): AppliedBy[] {
  const chain: AppliedBy[] = []
  for (let one: AppliedBy | undefined = root; one !== undefined; one = one.by) chain.unshift(one)
  return chain
}

function at({ file, line }: Span): string {
  return `${file}:${line}`
}
