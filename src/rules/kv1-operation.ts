import { objectsOf } from '../chain/fold-links.ts'
import { vaultPathsOf } from '../chain/kv-path.ts'
import { providerPath } from '../eso/provider.ts'
import { type FailsWith, isKv1Failure } from '../model/eso-failure.ts'
import type { Severity } from '../model/finding.ts'

import { failureText } from '../report/reasons/failure.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** Something that KV version 1 has not got: metadata, tags, versions, check-and-set (eso.md §3.3, §3.4, §5.5). */
export const kv1Operation: Rule = {
  id: 'kv1-operation',
  title: 'An operation that KV version 1 does not have',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const link of chain.links) {
      const { reference, store } = link
      if (store?.version !== 'v1' || reference.notChecked !== undefined) continue
      const wrong = problemOf(reference.failsWith, reference.version)
      if (wrong === undefined) continue
      yield {
        rule: this.id,
        severity: wrong.severity,
        headline: (object) => `${object} needs KV version 2, and store \`${store.name}\` is version 1`,
        why: wrong.text,
        span: reference.span,
        related: [
          { span: store.manifest.spanOf([...providerPath(store), 'version']), message: 'the store says v1 here' },
        ],
        fix: wrong.fix,
        objects: objectsOf(link),
        fingerprint: fingerprint(this.id, reference.manifest.kind, reference.manifest.name, reference.key, wrong.about),
        vaultPaths: vaultPathsOf(link),
      }
    }
    for (const { store } of chain.storeLinks) {
      if (store.version !== 'v1' || !store.checkAndSet) continue
      // The webhook sees stores only (eso.md §0.24).
      if (store.kind !== 'SecretStore' && store.kind !== 'ClusterSecretStore') continue
      yield {
        rule: this.id,
        severity: 'error',
        headline: `Store \`${store.name}\` asks for check-and-set on KV version 1`,
        why: "ESO's webhook refuses it: `checkAndSet is not supported with Vault KV version v1`.",
        span: store.manifest.spanOf([...providerPath(store), 'checkAndSet'], 'key'),
        related: [],
        fix: 'remove `checkAndSet`, or move the secrets to a version 2 mount',
        fingerprint: fingerprint(this.id, store.kind, store.namespace, store.name, 'checkAndSet'),
      }
    }
  },
}

interface Problem {
  readonly severity: Severity
  /** For the fingerprint. */
  readonly about: string
  readonly text: string
  readonly fix: string
}

function problemOf(failsWith: FailsWith | undefined, version: string | undefined): Problem | undefined {
  if (failsWith !== undefined && isKv1Failure(failsWith)) {
    return {
      severity: 'error',
      about: failsWith.code,
      text: `ESO answers \`${failureText(failsWith)}\`.`,
      fix: 'use a KV version 2 mount, or remove the operation',
    }
  }
  if (version !== undefined && version !== '') {
    return {
      severity: 'warning',
      about: `version ${version}`,
      text: `It pins version ${version}; KV version 1 keeps no versions and ignores it, so the newest value is read.`,
      fix: 'remove `version`, or use a KV version 2 mount',
    }
  }
  return undefined
}
