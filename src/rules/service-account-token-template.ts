import { serviceAccountTokenTemplates } from '../eso/facts/service-account-token-templates.ts'
import { nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A template whose type makes Kubernetes put a credential into the Secret: privilege escalation, refused by ESO's webhook. */
export const serviceAccountTokenTemplate: Rule = {
  id: 'service-account-token-template',
  title: 'A template makes Kubernetes mint a credential into the Secret',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { manifest, span, type, serviceAccount } of serviceAccountTokenTemplates(chain.manifests)) {
      const bootstrap = type === 'bootstrap.kubernetes.io/token'
      yield {
        rule: this.id,
        severity: 'error',
        headline: (object) => `${object} makes a Secret of type \`${type}\``,
        why:
          (bootstrap
            ? 'It lets its holder join a node to the cluster.'
            : `Kubernetes fills it with a token of ${serviceAccount === undefined ? 'the ServiceAccount that its annotation names' : `ServiceAccount \`${serviceAccount}\``}, which whoever may write ExternalSecrets can then read.`) +
          " ESO's webhook refuses it (CVE-2026-42876).",
        span,
        related: [],
        fix: 'use `type: Opaque`; get tokens by TokenRequest or a projected volume',
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), type),
      }
    }
  },
}
