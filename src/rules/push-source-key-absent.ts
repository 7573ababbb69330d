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
        message: (object) =>
          `${object} pushes key \`${secretKey}\` of Secret \`${source.name}\`, which ${nameManifest(source.by)} makes with ${told(keys)}. ` +
          `ESO answers \`secret key ${secretKey} does not exist\`.`,
        span,
        related: [{ span: source.by.span, message: `makes Secret \`${source.name}\`` }],
        fix: 'Name a key that the Secret has, or add the key where the Secret is made.',
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), secretKey),
      }
    }
    for (const { manifest, field, span, source, keys } of groups.flatMap((group) => idleDataTo(group))) {
      yield {
        rule: this.id,
        severity: 'warning',
        message: (object) =>
          `${nameField(field)} of ${object} matches no key of Secret \`${source.name}\`, which ${nameManifest(source.by)} makes with ${told(keys)}. ` +
          'ESO reports success and writes nothing for it.',
        span,
        related: [{ span: source.by.span, message: `makes Secret \`${source.name}\`` }],
        fix: 'Write a pattern that matches a key, or take the item away.',
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), nameField(field)),
      }
    }
  },
}

function told(keys: readonly string[]): string {
  return keys.length === 0 ? 'no key' : listed([...keys].sort().map((key) => `\`${key}\``))
}
