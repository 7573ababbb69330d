import type { AuthMountFact, MountFact } from '../model/vault-state.ts'
import { isNotChecked, notCheckedStep, type PartContext, spansOf } from './part-context.ts'
import { type Step, stepId } from './step.ts'

/** Enables a KV mount where nothing is. What is there is never tuned, moved or migrated (vault.md §7.1). */
export function planKvMount(wanted: MountFact, context: PartContext): Step {
  const { namespace, live } = context
  const { path, version } = wanted
  const desired = { type: 'kv', version }
  const base = {
    id: stepId(namespace, `KV mount ${path}/`),
    kind: 'kv-mount',
    namespace,
    path: `sys/mounts/${path}`,
    fields: [],
    rules: [],
    notes: [],
    write: undefined,
    desired,
    spans: spansOf(wanted.provenance),
  } as const
  const write = { path: base.path, body: { type: 'kv', options: { version: String(version) } } }
  const created = {
    fields: [
      { field: 'type', before: undefined, after: 'kv' },
      { field: 'options.version', before: undefined, after: String(version) },
    ],
    write,
  }
  const seen = live?.mount(path)
  if (live === undefined || seen === undefined) return notCheckedStep({ ...base, ...created }, context)
  if (isNotChecked(seen)) return notCheckedStep({ ...base, ...created }, context, seen)
  if (seen.presence === 'absent') {
    const nested = nestedIn(path, live.state.mounts)
    const around = nested?.path ?? seen.inside
    const conflict = around === undefined ? undefined : describeNested(`${path}/`, `${around}/`)
    if (conflict !== undefined)
      return { ...base, action: 'blocked', because: conflict, live: { nested: nested?.path ?? true } }
    return { ...base, ...created, action: 'create', because: undefined, live: null }
  }
  const { fact } = seen
  const state = { type: fact.type, version: fact.version ?? null }
  const because = whyNotKv(path, fact, version)
  return because === undefined
    ? { ...base, action: 'no-change', because: undefined, live: state }
    : { ...base, action: 'blocked', because, live: state }
}

function whyNotKv(path: string, fact: MountFact, version: 1 | 2 | undefined): string | undefined {
  if (fact.type !== 'kv') {
    return `A ${fact.type} engine is mounted at ${path}/. Correct the store's \`path\`, or move that engine away by hand.`
  }
  if (fact.version === version) return undefined
  if (version === 2) {
    return (
      `${path}/ is KV version 1, and the stores say version 2. Set \`version: v1\` in the stores; or migrate it by hand,` +
      ` which cannot be undone and stops every client that reads it as version 1: \`vault kv enable-versioning ${path}\`.`
    )
  }
  return `${path}/ is KV version 2, and the stores say version 1. A mount cannot go back: set \`version: v2\` in the stores.`
}

/** Enables an auth method where none is. */
export function planAuthMount(wanted: AuthMountFact, context: PartContext): Step {
  const { namespace, live } = context
  const { path, type } = wanted
  const base = {
    id: stepId(namespace, `auth mount ${path}/`),
    kind: 'auth-mount',
    namespace,
    path: `sys/auth/${path}`,
    fields: [],
    rules: [],
    notes: [],
    write: undefined,
    desired: { type },
    spans: spansOf(wanted.provenance),
  } as const
  const created = {
    fields: [{ field: 'type', before: undefined, after: type }],
    write: { path: base.path, body: { type } },
  }
  const seen = live?.authMount(path)
  if (live === undefined || seen === undefined) return notCheckedStep({ ...base, ...created }, context)
  if (isNotChecked(seen)) return notCheckedStep({ ...base, ...created }, context, seen)
  if (seen.presence === 'absent') {
    const nested = nestedIn(path, live.state.authMounts)
    if (nested === undefined) return { ...base, ...created, action: 'create', because: undefined, live: null }
    const because = describeNested(`auth/${path}/`, `auth/${nested.path}/`)
    return { ...base, action: 'blocked', because, live: { nested: nested.path } }
  }
  const state = { type: seen.fact.type }
  if (seen.fact.type === type) return { ...base, action: 'no-change', because: undefined, live: state }
  const because = `auth/${path}/ is of type ${seen.fact.type}, and the stores log in there with ${type}. Correct \`mountPath\` in the stores, or move that auth method away by hand.`
  return { ...base, action: 'blocked', because, live: state }
}

/** The server refuses a mount above or below another one (vault.md §4.4, `existing mount at`). */
function nestedIn<T extends { readonly path: string }>(path: string, mounts: readonly T[]): T | undefined {
  return mounts.find((mount) => path.startsWith(`${mount.path}/`) || mount.path.startsWith(`${path}/`))
}

function describeNested(wanted: string, existing: string): string {
  return wanted.startsWith(existing)
    ? `${wanted} would lie inside the mount ${existing}, which the server refuses. Correct the stores, or move ${existing} away by hand.`
    : `${existing} is mounted below ${wanted}, and the server refuses a mount around another one. Correct the stores, or move ${existing} away by hand.`
}
