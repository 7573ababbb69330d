import { lookUp } from '../model/look-up.ts'
import type { AuthMountFact } from '../model/vault-state.ts'
import type { Seen } from '../state/live/live-state.ts'
import { CONFIG_FIELDS, flag, sameField } from './normalise.ts'
import { isNotChecked, notCheckedStep, type PartContext, spansOf } from './part-context.ts'
import { type FieldChange, type Step, stepId } from './step.ts'

/** The API server as a Vault inside the cluster sees it; the documentation of both products uses it. */
const DEFAULT_KUBERNETES_HOST = 'https://kubernetes.default.svc:443'

type Fields = Readonly<Record<string, unknown>>
type Reviewer = 'pod' | 'client' | 'token' | undefined

/**
 * The config of a kubernetes auth mount. A write replaces all of it, and what is not sent is gone (vault.md §4.6): so every field
 * that the server has is sent along, and where its reviewer JWT, which it never shows, would be lost, nothing is written.
 */
export function planAuthConfig(
  mount: AuthMountFact,
  mountStep: Step,
  context: PartContext & { readonly reviewer: Reviewer; readonly product: 'vault' | 'openbao' | undefined },
): Step {
  const { namespace, live, reviewer } = context
  const named = mount.config ?? {}
  const path = `auth/${mount.path}/config`
  const base = {
    id: stepId(namespace, `config of auth mount ${mount.path}/`),
    kind: 'auth-config',
    namespace,
    path,
    fields: [],
    rules: [],
    notes: [],
    write: undefined,
    desired: { ...normalised(named), reviewer: reviewer ?? null },
    spans: spansOf(mount.provenance),
  } as const
  const body: Fields = { kubernetes_host: DEFAULT_KUBERNETES_HOST, ...named }
  const created = {
    fields: [
      ...Object.entries(body).map(([field, after]): FieldChange => ({ field, before: undefined, after })),
      ...(reviewer === 'token' ? [jwtChange(false)] : []),
    ],
    write: { path, body, ...(reviewer === 'token' ? { withReviewerToken: true as const } : {}) },
  }
  if (mountStep.action === 'blocked') {
    return { ...base, action: 'blocked', because: `auth/${mount.path}/ itself is blocked.`, live: null }
  }
  const seen: Seen<Fields> | undefined =
    mountStep.action === 'create' ? { presence: 'absent' } : live?.authConfig(mount.path)
  if (live === undefined || seen === undefined) return notCheckedStep({ ...base, ...created }, context)
  if (isNotChecked(seen)) {
    return notCheckedStep({ ...base, ...created }, context, seen)
  }
  if (seen.presence === 'absent') {
    const because = lacking(body, context)
    return because === undefined
      ? { ...base, ...created, action: 'create', because, live: null }
      : { ...base, fields: created.fields, action: 'blocked', because, live: null }
  }
  return compareConfig(base, path, seen.fact, named, context)
}

function compareConfig(
  base: Omit<Step, 'action' | 'because' | 'live'>,
  path: string,
  live: Fields,
  named: Fields,
  context: PartContext & { readonly reviewer: Reviewer; readonly product: 'vault' | 'openbao' | undefined },
): Step {
  const isSet = live.token_reviewer_jwt_set
  const state = { ...normalised(live), token_reviewer_jwt_set: isSet ?? null }
  const fields = Object.entries(named).flatMap(([field, after]): FieldChange[] => {
    const compare = lookUp(CONFIG_FIELDS, field)
    const same = compare === undefined || sameField(compare, live[field], after)
    return same ? [] : [{ field, before: live[field], after }]
  })
  const { reviewer } = context
  const notes: string[] = []
  if (reviewer === 'token' && isSet === false) fields.push(jwtChange(false))
  if (reviewer !== 'token' && reviewer !== undefined && isSet === true) {
    notes.push(
      `A reviewer JWT is set, so \`reviewer: ${reviewer}\` is not what reviews logins. It is never erased by a plan; by hand: write the config without \`token_reviewer_jwt\`.`,
    )
  }
  if (reviewer === 'token' && isSet === true) {
    notes.push(
      'A reviewer JWT is set already. The server never shows it, so it cannot be compared, and it stays. To replace it, write the config by hand with every field.',
    )
  }
  if (fields.length === 0) return { ...base, notes, action: 'no-change', because: undefined, live: state }
  if (isSet !== false && reviewer !== 'token') {
    const why =
      isSet === true
        ? 'a reviewer JWT is set'
        : 'the server does not tell whether a reviewer JWT is set (Vault before 1.16)'
    const because =
      `A write replaces the whole config, and ${why}: it would be erased, and every login with it.` +
      ' Give it again (`setup.kubernetes.reviewer: token`, input `reviewer-token-file`), or change these fields by hand.'
    return { ...base, fields, notes, action: 'blocked', because, live: state }
  }
  const { token_reviewer_jwt_set: _told, ...kept } = live
  const body = { ...kept, ...named }
  const because = lacking(body, context)
  if (because !== undefined) return { ...base, fields, notes, action: 'blocked', because, live: state }
  const write = {
    path,
    body,
    ...(reviewer === 'token' ? { withReviewerToken: true as const } : {}),
  }
  return { ...base, fields, notes, write, action: 'update', because: undefined, live: state }
}

/** What the server would refuse, or accept and then fail on at every login. */
function lacking(body: Fields, { product }: { readonly product: string | undefined }): string | undefined {
  const hasCa = typeof body.kubernetes_ca_cert === 'string' && body.kubernetes_ca_cert.trim() !== ''
  if (flag(body.disable_local_ca_jwt, false) && !hasCa && product !== 'vault') {
    return "With `reviewer: client` the server has no CA of its own for the API server: name the CA's PEM file in `setup.kubernetes.ca` (OpenBao refuses the config without it)."
  }
  return undefined
}

/** Shown as set or not set; never the token. */
function jwtChange(before: boolean): FieldChange {
  return { field: 'token_reviewer_jwt', before: before ? '(set)' : '(not set)', after: '(set)' }
}

function normalised(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([field]) => field !== 'token_reviewer_jwt_set')
      .map(([field, value]) => [field, (lookUp(CONFIG_FIELDS, field) ?? ((one: unknown) => one))(value)]),
  )
}
