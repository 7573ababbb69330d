import { styleText } from 'node:util'
import type { FileLine } from '../model/span.ts'
import { counted, upper } from '../model/wording.ts'
import type {
  ExplainedApplied,
  ExplainedLogin,
  ExplainedReference,
  ExplainedRequest,
  ExplainedSecret,
  ExplainedSession,
  ExplainedStore,
  ExplainedVerdict,
  ExplanationDocument,
  RuleShown,
} from './answer.ts'
import { wrap } from './display-width.ts'
import { logSafe, oneLine } from './plain-text.ts'
import type { TerminalOptions } from './terminal.ts'
import { useText } from './workload-text.ts'

type Style = Parameters<typeof styleText>[0]

interface Pen {
  readonly paint: (style: Style, text: string) => string
  readonly width: number
}

const VERDICT_STYLE: Readonly<Record<ExplainedVerdict['verdict'], Style>> = {
  allowed: 'green',
  denied: ['bold', 'red'],
  unknown: 'yellow',
}

/** Columns before the names of a store's parts, and before what is said of a request. */
const MARGIN = 2
const INNER = 6

/** The explanation for people at a terminal: per object the login, then each request with the rule that decides it. */
export function explainText(document: ExplanationDocument, options: TerminalOptions): string {
  const pen: Pen = {
    paint: options.color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text,
    width: Math.max(60, options.width ?? 100),
  }
  const blocks = [
    ...document.sessions.map((session) => sessionBlock(session, pen)),
    ...document.stores.map((store) => storeBlock(store, pen)),
    closing(document, pen),
  ]
  return logSafe(`${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`)
}

function sessionBlock(session: ExplainedSession, pen: Pen): string[] {
  const { store, login } = session
  const also =
    session.also.length === 0 ? [] : [`and the same for ${session.also.slice(0, 3).join(', ')}${more(session.also, 3)}`]
  return [
    title(session.manifest, session, pen),
    ...also.flatMap((text) => indented(text, MARGIN, pen)),
    '',
    ...appliedLines(session.applied, pen),
    ...(store === null
      ? []
      : [
          ...labelled('store', `${store.name}, ${store.engine}`, store, pen),
          ...(store.chosen === null ? [] : labelled('', `chosen: ${store.chosen}`, undefined, pen)),
          ...(store.vaultNamespace === null ? [] : labelled('namespace', store.vaultNamespace, undefined, pen)),
        ]),
    ...(login === null ? [] : loginLines(login, pen)),
    ...(session.problem === null ? [] : problem(session.problem, MARGIN, pen)),
    ...session.opening.flatMap((request) => ['', ...requestLines(request, pen)]),
    ...session.references.flatMap((reference) => ['', ...referenceLines(reference, pen)]),
    ...(session.closing.length === 0
      ? []
      : ['', `${' '.repeat(MARGIN)}${pen.paint('bold', 'the end of the session')}`]),
    ...session.closing.flatMap((request) => requestLines(request, pen)),
    ...session.makes.flatMap((secret) => ['', ...secretLines(secret, pen)]),
  ]
}

/** Of the users of a Secret as many are named. */
const USERS_NAMED = 8

function secretLines({ namespace, name, keys, open, users }: ExplainedSecret, pen: Pen): string[] {
  const { paint } = pen
  const title = `makes Secret ${oneLine(namespace === null ? name : `${namespace}/${name}`)}`
  const known = keys.length === 0 ? 'no key is known' : keys.join(', ')
  const more = users.length - USERS_NAMED
  return [
    `${' '.repeat(MARGIN)}${paint('bold', title)}`,
    ...labelledAt(INNER, 'keys', open === null ? known : `${known}; more are possible: ${open}`, pen),
    ...users
      .slice(0, USERS_NAMED)
      .map(
        (user) =>
          `${' '.repeat(INNER)}used by ${oneLine(user.manifest)}  ${oneLine(useText(user))}  ${place(user, pen)}`,
      ),
    ...(more > 0 ? [`${' '.repeat(INNER)}and ${counted(more, 'more place')}`] : []),
    ...(users.length === 0 ? indented('no workload in Git asks for it', INNER, pen) : []),
  ]
}

function storeBlock(store: ExplainedStore, pen: Pen): string[] {
  return [
    title(`${store.store} becomes Ready`, store, pen),
    '',
    ...appliedLines(store.applied, pen),
    ...(store.login === null ? [] : loginLines(store.login, pen)),
    ...(store.problem === null ? [] : problem(store.problem, MARGIN, pen)),
    '',
    ...store.requests.flatMap((request) => requestLines(request, pen)),
  ]
}

/** The roots that bring it to a cluster, each on its line, or why none does. */
function appliedLines({ verdict, roots, cluster, because }: ExplainedApplied, pen: Pen): string[] {
  const label = verdict === 'presumed' ? 'presumed' : 'applied'
  const by = roots.length > 0 ? roots.map((root) => `by ${root}`) : [NO_ROOT[verdict]]
  return [
    ...by.flatMap((text, index) => labelled(index === 0 ? label : '', text, undefined, pen)),
    ...(cluster === null ? [] : labelled('cluster', cluster, undefined, pen)),
    ...(because === null ? [] : problem(because, MARGIN, pen)),
  ]
}

const NO_ROOT: Readonly<Record<ExplainedApplied['verdict'], string>> = {
  applied: 'yes',
  presumed: 'by nothing that Git shows; taken as applied',
  suspended: 'not now',
  unclear: 'perhaps',
  'not-applied': 'no',
}

const HELD_BY = {
  vault: ' (as the server has it)',
  snapshot: ' (as the snapshot has it)',
  'built in': ' (as servers are born with it)',
} as const

function loginLines(login: ExplainedLogin, pen: Pen): string[] {
  return [
    ...labelled('logs in', login.identity, undefined, pen),
    ...(login.role === null ? [] : labelled('role', login.role, login.rolePlace ?? undefined, pen)),
    ...login.policies.flatMap(({ name, from, place, problem: lacks }, index) => {
      const where = from === null || from === 'git' ? '' : HELD_BY[from]
      const said = lacks === null ? where : `: ${lacks}`
      return labelled(
        index === 0 ? (login.policies.length > 1 ? 'policies' : 'policy') : '',
        `${name}${said}`,
        place ?? undefined,
        pen,
      )
    }),
    ...(login.problem === null ? [] : problem(login.problem, MARGIN, pen)),
  ]
}

function referenceLines(reference: ExplainedReference, pen: Pen): string[] {
  const { paint } = pen
  const more = [
    ...(reference.property === null ? [] : [`property ${reference.property}`]),
    ...(reference.secretVersion === null ? [] : [`version ${reference.secretVersion}`]),
  ]
  const what = oneLine([`${reference.operation} ${reference.key}`, ...more].join(', '))
  return [
    `${' '.repeat(MARGIN)}${paint('bold', oneLine(reference.field))}  ${what}  ${place(reference, pen)}`,
    ...reference.problems.flatMap((text) => problem(text, MARGIN + 2, pen)),
    ...reference.requests.flatMap((request) => requestLines(request, pen)),
    ...(reference.live === null ? [] : labelledAt(INNER, 'in Vault now', reference.live, pen)),
  ]
}

function requestLines(request: ExplainedRequest, pen: Pen): string[] {
  const { paint } = pen
  const number = String(request.step).padStart(MARGIN + 2)
  const sent = `${request.method} ${oneLine(request.url)}${request.below ? '…' : ''}`
  const [first] = request.verdicts
  const single = request.verdicts.length === 1 && first !== undefined
  const verdict =
    first === undefined
      ? paint('dim', 'unasked')
      : single
        ? paint(VERDICT_STYLE[first.verdict], first.verdict)
        : paint('yellow', 'differs')
  const below = request.below ? ' on everything below' : ''
  // The URL says the path already, unless it had to be encoded.
  const on = `/v1/${request.path}`.replace(/\/$/, '') === request.url.replace(/\?.*$/, '').replace(/\/$/, '')
  const asked =
    request.path === null
      ? `no policy is asked; ${request.when}`
      : `needs ${request.capability}${on ? below : ` on ${request.path}${below}`}; ${request.when}`
  return [
    `${paint('blue', number)}  ${verdict}  ${paint('bold', sent)}`,
    ...indented(asked, INNER, pen),
    ...request.verdicts.flatMap((one) => verdictLines(one, pen)),
  ]
}

function verdictLines(verdict: ExplainedVerdict, pen: Pen): string[] {
  const { paint } = pen
  const servers =
    verdict.servers.length === 0
      ? []
      : indented(`${verdict.servers.join(' and ')}: ${verdict.verdict}`, INNER, pen).map((line) =>
          paint(VERDICT_STYLE[verdict.verdict], line),
        )
  const margin = ' '.repeat(INNER)
  const sign = verdict.verdict === 'allowed' ? paint('green', 'by') : paint('red', 'by')
  const rules = verdict.winner.map((rule) => `${margin}${sign} ${ruleText(rule, pen)}`)
  // The rule itself says why it allows; a denial and a doubt need their sentence.
  const because =
    verdict.verdict === 'allowed' && rules.length > 0 ? [] : indented(sentence(verdict.because), INNER, pen)
  const beaten = verdict.beaten.flatMap((rule) => [
    `${margin}${paint('dim', 'not')} ${ruleText(rule, pen)}`,
    ...indented(`because ${rule.why}`, INNER + 4, pen).map((line) => paint('dim', line)),
  ])
  return [...servers, ...rules, ...because, ...beaten]
}

function ruleText(rule: RuleShown, pen: Pen): string {
  const builtIn = rule.policy === 'default' && rule.place === null
  const at = builtIn
    ? ''
    : rule.place !== null
      ? `  ${place(rule.place, pen)}`
      : rule.line === null
        ? ''
        : pen.paint('dim', `  line ${rule.line}`)
  const name = oneLine(`${rule.path} [${rule.capabilities.join(', ')}]`)
  return `${name} of ${oneLine(rule.policy)}${at}`
}

function closing({ sessions, stores, live, incomplete }: ExplanationDocument, pen: Pen): string[] {
  const requests = [
    ...sessions.flatMap(({ opening, references, closing: end }) => [
      ...opening,
      ...references.flatMap((one) => one.requests),
      ...end,
    ]),
    ...stores.flatMap((store) => store.requests),
  ]
  const count = (verdict: ExplainedVerdict['verdict']) =>
    requests.filter(({ verdicts }) => verdicts.some((one) => one.verdict === verdict)).length
  const parts = (['denied', 'unknown'] as const).filter((verdict) => count(verdict) > 0)
  const tail = parts.map((verdict) => pen.paint(VERDICT_STYLE[verdict], `${count(verdict)} ${verdict}`)).join(', ')
  const all = tail === '' ? '' : `: ${tail}`
  const said =
    requests.length === 0 && sessions.length === 0 && stores.length === 0
      ? 'No manifest makes External Secrets Operator ask Vault for anything.'
      : `${counted(requests.length, 'request')}${all}.`
  return [
    said,
    ...(live === '' ? [] : wrap(oneLine(live), pen.width)),
    ...incomplete.flatMap((text) => wrap(`Could not run: ${oneLine(text)}`, pen.width)),
  ]
}

function title(name: string, at: FileLine, pen: Pen): string {
  return `${pen.paint(['bold', 'underline'], oneLine(name))}  ${place(at, pen)}`
}

function place({ file, line }: FileLine, pen: Pen): string {
  return pen.paint('cyan', `${oneLine(file)}:${line}`)
}

const LABEL = 11

function labelled(label: string, text: string, at: FileLine | undefined, pen: Pen): string[] {
  const [first = '', ...rest] = wrap(oneLine(text), pen.width - MARGIN - LABEL)
  const margin = ' '.repeat(MARGIN)
  const lines = [
    `${margin}${pen.paint('dim', label.padEnd(LABEL))}${first}`,
    ...rest.map((line) => `${margin}${' '.repeat(LABEL)}${line}`),
  ]
  if (at !== undefined) lines[lines.length - 1] += `  ${place(at, pen)}`
  return lines
}

function labelledAt(margin: number, label: string, text: string, pen: Pen): string[] {
  const [first = '', ...rest] = wrap(oneLine(`${label}: ${text}`), pen.width - margin)
  return [first, ...rest].map((line) => `${' '.repeat(margin)}${line}`)
}

function problem(text: string, margin: number, pen: Pen): string[] {
  return indented(sentence(text), margin, pen).map((line) => pen.paint('yellow', line))
}

function indented(text: string, margin: number, pen: Pen): string[] {
  return wrap(oneLine(text), pen.width - margin).map((line) => `${' '.repeat(margin)}${line}`)
}

function more(all: readonly string[], shown: number): string {
  return all.length > shown ? ` and ${all.length - shown} more` : ''
}

function sentence(text: string): string {
  const whole = upper(text)
  return /[.!?]$/.test(whole) ? whole : `${whole}.`
}
