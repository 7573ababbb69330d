import { absentPushKeys, idleDataTo } from '../eso/facts/absent-push-keys.ts'
import { byCluster } from '../model/cluster.ts'
import { listed, nameField, nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A push takes a key that its source Secret does not have: `secret key K does not exist` (eso.md §3.6). */
export const pushSourceKeyAbsent: Rule = {
  id: 'push-source-key-absent',
  title: 'A push takes a key that the source Secret does not have',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    const { groups } = byCluster(chain.manifests)
    for (const { manifest, span, secretKey, source, keys } of groups.flatMap((group) => absentPushKeys(group))) {
      yield {
        rule: this.id,
        severity: this.severity,
        headline: (object) => `${object} pushes key \`${secretKey}\`, which its Secret does not have`,
        why: `${nameManifest(source.by)} makes Secret \`${source.name}\` with ${told(keys)}. ESO answers \`secret key ${secretKey} does not exist\`.`,
        span,
        related: [{ span: source.by.span, message: `makes Secret \`${source.name}\`` }],
        fix: 'name a key that the Secret has, or add the key where the Secret is made',
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), secretKey),
      }
    }
    for (const { manifest, field, span, source, keys } of groups.flatMap((group) => idleDataTo(group))) {
      yield {
        rule: this.id,
        severity: 'warning',
        headline: (object) => `${nameField(field)} of ${object} matches no key`,
        why: `${nameManifest(source.by)} makes Secret \`${source.name}\` with ${told(keys)}. ESO reports success and writes nothing for it.`,
        span,
        related: [{ span: source.by.span, message: `makes Secret \`${source.name}\`` }],
        fix: 'write a pattern that matches a key, or remove the item',
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), nameField(field)),
      }
    }
  },
}

function told(keys: readonly string[]): string {
  return keys.length === 0 ? 'no key' : listed([...keys].sort().map((key) => `\`${key}\``))
}
