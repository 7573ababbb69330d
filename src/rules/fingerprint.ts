/**
 * A fingerprint names what a finding is about, never where it stands, so that it survives moved lines: rule, manifest, store,
 * key, property. Readable on purpose: a person can tell from an issue's history which finding came and went.
 */
export function fingerprint(rule: string, ...about: readonly (string | undefined)[]): string {
  return [rule, ...about.map((part) => (part ?? '').replaceAll('|', '%7C'))].join('|')
}
