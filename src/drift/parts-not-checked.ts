import type { LiveState, Wanted } from '../state/live/live-state.ts'

/**
 * Parts that were asked for and that the server did not tell, a sentence each, for reasons other than a lacking right (those are
 * counted apart). Whoever says "clean" of what was not checked closes an issue that still stands (platform.md §4.3).
 */
export function partsNotChecked(
  wanted: ReadonlyMap<string, Wanted>,
  live: ReadonlyMap<string, LiveState>,
): readonly string[] {
  const sentences = new Set<string>()
  for (const [namespace, parts] of wanted) {
    const state = live.get(namespace)
    if (state === undefined) continue
    const seen = [
      ...(parts.mounts ?? []).map((path) => state.mount(path)),
      ...(parts.authMounts ?? []).map((path) => state.authMount(path)),
      ...(parts.authConfig === true ? (parts.authMounts ?? []).map((path) => state.authConfig(path)) : []),
      ...(parts.roles ?? []).map((role) => state.role(role.authMount, role.name)),
      ...(parts.policies ?? []).map((name) => state.policy(name)),
      ...(parts.secrets ?? []).map(({ mount, key, version }) => state.secretFact(mount, key, version)),
    ]
    for (const one of seen) if (one?.presence === 'unknown') sentences.add(one.because)
    for (const { mount, path } of parts.finds ?? []) {
      const found = state.find(mount, path)
      if (found === undefined) continue
      if ('names' in found) {
        if (found.incomplete !== undefined) sentences.add(found.incomplete)
      } else sentences.add(found.because)
    }
  }
  return [...sentences]
}
