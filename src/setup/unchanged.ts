import { type Answer, sayAnswer } from '../state/live/answer.ts'
import type { VaultClient } from '../state/live/client.ts'
import type { LiveState, Seen } from '../state/live/live-state.ts'
import type { Step, Write } from './step.ts'

/** What stands between a step and its write: it was changed since it was read, or cannot be read again. */
export type Standing =
  | { readonly unchanged: true; readonly checkAndSet: Readonly<Record<string, number>> }
  | { readonly unchanged: false; readonly because: string }

/**
 * Reads a part once more, right before it is written: what somebody wrote since the plan was made must not be lost. A policy's version
 * comes along where the server keeps one (OpenBao, vault.md §1.6), so that the write itself is refused if it changes even now; elsewhere
 * the moment between reading and writing stays open. Mounts need none of it: the server enables nothing over what is there.
 */
export async function standingOf(
  step: Step & { readonly write: Write },
  planned: LiveState | undefined,
  client: VaultClient,
): Promise<Standing> {
  const part = partOf(step, planned)
  if (part === undefined || planned === undefined) return { unchanged: true, checkAndSet: {} }
  const { path } = step.write
  const answer = await client.read(path)
  const now = part.told(answer)
  if (now === 'unreadable') {
    return { unchanged: false, because: `${sayAnswer('GET', path, answer)}, so it is not known whether it changed.` }
  }
  if (now !== part.before) {
    return {
      unchanged: false,
      because: 'somebody else changed it after this run had read it. Plan again, and look at what is new.',
    }
  }
  return { unchanged: true, checkAndSet: step.kind === 'policy' ? checkAndSet(answer, planned) : {} }
}

interface Part {
  /** What was there when the plan was made, in a form that can be compared; `undefined`: nothing. */
  readonly before: string | undefined
  /** The same of an answer. */
  readonly told: (answer: Answer) => string | undefined | 'unreadable'
}

function partOf({ kind, write }: Step & { readonly write: Write }, planned: LiveState | undefined): Part | undefined {
  const { path } = write
  if (kind === 'policy') {
    const name = path.slice('sys/policies/acl/'.length)
    const before = factOf(planned?.policy(name))?.text
    return { before, told: (answer) => content(answer, answer.data?.policy) }
  }
  const role = /^auth\/(.+)\/role\/([^/]+)$/.exec(path)
  if (kind === 'role' && role?.[1] !== undefined && role[2] !== undefined) {
    return { before: sorted(factOf(planned?.role(role[1], role[2]))?.fields), told: fieldsIn }
  }
  const config = /^auth\/(.+)\/config$/.exec(path)
  if (kind === 'auth-config' && config?.[1] !== undefined) {
    return { before: sorted(factOf(planned?.authConfig(config[1]))), told: fieldsIn }
  }
  return undefined
}

function factOf<Fact>(seen: Seen<Fact> | undefined): Fact | undefined {
  return seen?.presence === 'present' ? seen.fact : undefined
}

function fieldsIn(answer: Answer): string | undefined | 'unreadable' {
  return content(answer, sorted(answer.data))
}

function content(answer: Answer, value: unknown): string | undefined | 'unreadable' {
  if (answer.status === 404) return undefined
  return answer.status === 200 && typeof value === 'string' ? value : 'unreadable'
}

/** Fields as text, in one order: servers do not promise theirs. */
function sorted(fields: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (fields === undefined) return undefined
  return JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** `-1`: it must not be there yet. Servers that know no versions take no notice of the field, and are not sent it. */
function checkAndSet(answer: Answer, { server }: LiveState): Readonly<Record<string, number>> {
  if (answer.status === 404) return server.product === 'openbao' ? { cas: -1 } : {}
  const version = answer.data?.version
  return typeof version === 'number' ? { cas: version } : {}
}
