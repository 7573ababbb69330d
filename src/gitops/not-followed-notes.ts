import type { NotChecked } from '../model/finding.ts'
import type { Note, NoteReason } from '../model/manifest.ts'
import type { NotFollowed } from './not-followed.ts'

/** What was not followed as notes, one cause once, and what of it was to be checked as "not checked". */
export function tellNotFollowed(all: readonly NotFollowed[]): {
  readonly notes: readonly Note[]
  readonly notChecked: readonly NotChecked[]
} {
  const groups = new Map<string, { readonly first: NotFollowed; readonly titles: Set<string> }>()
  for (const one of all) {
    const key = causeKey(one)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { first: one, titles: new Set([one.title]) })
    else group.titles.add(one.title)
  }
  return {
    notes: [...groups.values()].map(({ first, titles }) => ({
      reason: NOTE[first.code],
      file: first.span.file,
      line: first.span.line,
      message: messageOf(first, titles.size),
    })),
    notChecked: all
      .filter(isNotChecked)
      .map((one) => ({ file: one.span.file, line: one.span.line, what: whatOf(one), reason: reasonOf(one) })),
  }
}

/** Whether something is here that was to be checked: not where the path is absent, nor a file that Git does not hold (a secret kept elsewhere). */
function isNotChecked({ code, unresolved, obstacle }: NotFollowed): boolean {
  if (code === 'part-left-out') return obstacle?.kind !== 'absent'
  return unresolved && code !== 'path-absent'
}

const NOTE: Readonly<Record<NotFollowed['code'], NoteReason>> = {
  'foreign-source': 'flux-path-absent',
  artifact: 'flux-path-absent',
  'path-absent': 'flux-path-absent',
  'path-unfilled': 'needs-kustomize',
  'generator-unknown': 'needs-kustomize',
  chart: 'template-not-rendered',
  'plugin-source': 'needs-kustomize',
  'kind-not-followed': 'other',
  obstacle: 'needs-kustomize',
  'part-left-out': 'needs-kustomize',
  'build-failed': 'render-failed',
  'needs-kustomize': 'needs-kustomize',
}

/** One address that several kustomizations name, and one obstacle that stops several roots, is told once. */
function causeKey(one: NotFollowed): string {
  const { code, obstacle, span } = one
  if (code === 'part-left-out' && obstacle?.kind === 'remote') return `${code} ${obstacle.reason}`
  return `${code} ${obstacle?.file ?? `${span.file}:${span.line}`} ${causeOf(one)}`
}

function messageOf(first: NotFollowed, count: number): string {
  if (first.code !== 'part-left-out') return `${titlesOf(first.title, count)} ${sentenceOf(first, count)}`
  const others =
    count < 2
      ? ''
      : count === 2
        ? ' 1 other kustomization names it too.'
        : ` ${count - 1} other kustomizations name it too.`
  return `${first.title} ${sentenceOf(first, 1)}${others}`
}

function titlesOf(title: string, count: number): string {
  if (count < 2) return title
  return count === 2 ? `${title} and 1 other root` : `${title} and ${count - 1} other roots`
}

function whatOf({ code, title, detail, obstacle }: NotFollowed): string {
  if (code === 'part-left-out') return `A part of ${title}, which ${obstacle?.reason ?? ''}`
  return code === 'chart' || code === 'path-unfilled' || code === 'plugin-source' ? `${title} (${detail ?? ''})` : title
}

function sentenceOf(one: NotFollowed, count: number): string {
  const are = count > 1 ? 'are' : 'is'
  if (one.code === 'foreign-source')
    return `${count > 1 ? 'apply' : 'applies'} another repository (${one.detail ?? ''}), which is not here.`
  if (one.code === 'part-left-out')
    return one.obstacle?.kind === 'absent'
      ? `${one.obstacle.reason}; kustomize would refuse it. It was built without.`
      : `is built without a part: it ${one.obstacle?.reason ?? ''}.${advice(one)}`
  return `${are} not followed: ${causeOf(one)}.${advice(one)}`
}

/** The cause as a sentence part, the same for all roots that it stops. */
function causeOf({ code, detail = '', obstacle }: NotFollowed): string {
  switch (code) {
    case 'foreign-source':
      return `its source is another repository (${detail})`
    case 'artifact':
      return `its source is ${detail}, and Git does not tell from which folder that is packed`
    case 'path-absent':
      return `its path ${detail} does not exist here`
    case 'path-unfilled':
      return `its path ${withSpace(detail)}holds what Git does not fill in`
    case 'generator-unknown':
      return `its generators (${detail}) ask what Git does not hold`
    case 'chart':
      return `its path ${withSpace(detail)}is a Helm chart, and charts are not rendered`
    case 'plugin-source':
      return 'a plugin of Argo CD renders it'
    case 'kind-not-followed':
      return 'what it makes is not followed'
    case 'needs-kustomize':
      return detail
    case 'build-failed':
      return detail
    case 'obstacle':
    case 'part-left-out':
      return `${obstacle?.file ?? ''} ${obstacle?.reason ?? ''}`
  }
}

function withSpace(text: string): string {
  return text === '' ? '' : `${text} `
}

/** Why it is not checked: what stands in several files in the same way is one reason, of which the places are listed. */
function reasonOf(one: NotFollowed): string {
  const { code, obstacle, span } = one
  const told = advice(one).replace(/\.$/, '')
  if (code === 'part-left-out' && obstacle?.kind === 'remote') return `nothing is fetched over the network.${told}`
  if (code === 'part-left-out' && obstacle?.kind === 'helm') return `Helm charts are not rendered.${told}`
  const isHere = obstacle !== undefined && obstacle.file === span.file
  const cause = isHere ? `the kustomization ${obstacle.reason}` : causeOf({ ...one, ...PATH_APART[code] })
  return told === '' ? cause : `${cause}.${told}`
}

/** Where the path stands beside what is not checked, the reason does not repeat it. */
const PATH_APART: Partial<Record<NotFollowed['code'], { readonly detail: string }>> = {
  chart: { detail: '' },
  'path-unfilled': { detail: '' },
}

/** What lets it be followed, as a sentence of its own. */
function advice({ code, obstacle }: NotFollowed): string {
  if (code === 'chart' || code === 'plugin-source' || code === 'generator-unknown' || code === 'path-unfilled')
    return ' Give the rendered manifests with "rendered".'
  if (obstacle?.kind === 'remote')
    return ' Allow it with allow-remote-bases, or give the rendered manifests with "rendered".'
  if (obstacle?.kind === 'helm') return ' Allow it with enable-helm, or give the rendered manifests with "rendered".'
  if (obstacle?.kind === 'plugin') return ' Render it yourself and give the manifests with "rendered".'
  return ''
}
