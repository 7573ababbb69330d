import type { Chain, StoreLink } from '../chain/chain.ts'
import { nameProvenance, spanOfProvenance } from '../chain/provenance.ts'
import { providerPath } from '../eso/provider.ts'
import { weakness } from '../model/documentation.ts'
import type { Severity } from '../model/finding.ts'
import { forReferences, listed } from '../model/wording.ts'
import { reviewerKind } from '../state/desired/reviewer-facts.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { spanOrKey } from './span-or-key.ts'

/** How a store logs in, or what its auth mount is configured with, that cannot work whatever role and policies say. */
export const authConfigSuspect: Rule = {
  id: 'auth-config-suspect',
  title: 'A login cannot work as the store or the auth mount is configured',
  group: 'law',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const link of chain.storeLinks) {
      // What a patch may replace is not judged by what stands in the base.
      if (link.store.notChecked !== undefined) continue
      yield* mountWithPrefix(chain, link)
      yield* serverWithPath(link)
      yield* clientReviewer(link)
      yield* hostIsVault(link)
    }
  },
}

/** ESO puts `auth/` in front itself, so that the login goes to `auth/auth/…` (eso.md §5.2). */
function* mountWithPrefix(chain: Chain, { store, authMount, links }: StoreLink): Iterable<RuleFinding> {
  const { auth } = store
  const bare = /^auth\/(.+)$/.exec(auth?.mount ?? '')?.[1]
  // The server says that it is not there: `auth-mount-absent` tells it.
  if (auth?.mount === undefined || bare === undefined || authMount?.found === 'known' || authMount?.found === 'absent')
    return
  // A mount whose own path begins with `auth/` is possible; whoever has one declares it.
  const field = auth.method === 'kubernetes' ? 'mountPath' : 'path'
  const certain = chain.declared.authMounts.some(({ path }) => path === bare)
  yield {
    rule: authConfigSuspect.id,
    severity: certain ? 'error' : 'warning',
    headline: `Auth mount of store \`${store.name}\` begins with \`auth/\``,
    why: `ESO adds \`auth/\` itself and logs in at \`auth/${auth.mount}/login\`; Vault answers 403 \`permission denied\`${forReferences(links.length)}.`,
    span: spanOrKey(store.manifest, [...providerPath(store), 'auth', auth.method, field]),
    related: [],
    fix: { lead: 'write the mount alone', kind: 'edit', language: 'yaml', text: `${field}: ${bare}` },
    fingerprint: fingerprint(authConfigSuspect.id, 'mount', store.kind, store.namespace, store.name),
  }
}

/** The client puts `/v1/…` behind the address as it is written, path included. */
function* serverWithPath({ store, links }: StoreLink): Iterable<RuleFinding> {
  const path = addressOf(store.server)?.path
  if (path === undefined || !/^\/(?:v1|ui)(?:\/|$)/.test(path)) return
  yield {
    rule: authConfigSuspect.id,
    severity: 'error',
    headline: `Server of store \`${store.name}\` has path \`${path}\``,
    why: `ESO adds \`/v1/…\` itself, so every request goes to \`${path.replace(/\/$/, '')}/v1/…\`, which Vault does not answer${forReferences(links.length)}.`,
    span: spanOrKey(store.manifest, [...providerPath(store), 'server']),
    related: [],
    fix: {
      lead: 'write only the address',
      kind: 'edit',
      language: 'yaml',
      text: `server: ${(store.server ?? '').slice(0, -path.length)}`,
    },
    fingerprint: fingerprint(authConfigSuspect.id, 'server', store.kind, store.namespace, store.name),
  }
}

/** A token that was asked for with an audience of Vault's is no token for the API server, which then reviews nothing (vault.md §7.3). */
function* clientReviewer({ store, authConfig, links }: StoreLink): Iterable<RuleFinding> {
  if (store.auth?.method !== 'kubernetes' || authConfig === undefined) return
  if (reviewerKind(authConfig.config) !== 'client') return
  const identity = links[0]?.reference.identity
  if (identity?.type !== 'serviceAccount' || identity.audiences.length === 0) return
  // The API server's own audience is seldom told; it nearly always looks like its address.
  if (identity.audiences.some((audience) => audience.includes('kubernetes') || audience.includes('$'))) return
  const at = spanOfProvenance(authConfig.provenance)
  yield {
    rule: authConfigSuspect.id,
    severity: severityOn(authConfig, 'warning'),
    headline: `Token of store \`${store.name}\` cannot review its own login: wrong audience`,
    why:
      `It has audience ${listed(identity.audiences.map((one) => `\`${one}\``))}, and auth mount \`${store.auth.mount}\` has no other reviewer. ` +
      `The API server accepts only its own audience; Vault answers 403 \`permission denied\`${forReferences(links.length)}.`,
    span: spanOrKey(store.manifest, [...providerPath(store), 'auth', 'kubernetes', 'serviceAccountRef', 'audiences']),
    related: at === undefined ? [] : [{ span: at, message: `auth mount \`${store.auth.mount}\` is configured here` }],
    fix: "remove `audiences` and the role's `audience`, or give the auth mount a reviewer of its own",
    fingerprint: fingerprint(authConfigSuspect.id, 'client', store.kind, store.namespace, store.name),
  }
}

/** Vault asks `kubernetes_host` to review tokens: that is the API server, never Vault. */
function* hostIsVault({ store, authConfig, links }: StoreLink): Iterable<RuleFinding> {
  if (store.auth?.method !== 'kubernetes' || authConfig === undefined) return
  const written = authConfig.config.kubernetes_host
  if (typeof written !== 'string') return
  const host = addressOf(written)
  const server = addressOf(store.server)
  if (host === undefined || server === undefined) return
  // One gateway may stand before both, with a path for each.
  if (host.place !== server.place || host.path !== '' || server.path !== '') return
  const at = spanOfProvenance(authConfig.provenance)
  const login = {
    span: store.manifest.spanOf([...providerPath(store), 'server']),
    message: `\`server\` of ${store.kind} \`${store.name}\``,
  }
  yield {
    rule: authConfigSuspect.id,
    severity: severityOn(authConfig, 'error'),
    headline: `\`kubernetes_host\` of auth mount \`${store.auth.mount}\` is Vault itself`,
    why: `It is ${nameProvenance(authConfig.provenance)}. Vault gets no token review from there and answers 403 \`permission denied\` to every login${forReferences(links.length)}.`,
    span: at ?? login.span,
    related: at === undefined ? [] : [login],
    fix: {
      lead: 'write the address of the Kubernetes API server; where Vault runs in the cluster',
      kind: 'edit',
      language: 'text',
      text: 'kubernetes_host=https://kubernetes.default.svc:443',
    },
    fingerprint: fingerprint(authConfigSuspect.id, 'host', store.auth.mount, written),
  }
}

/** What a page tells people to type, or a test sets up, is a hint of what was typed, no proof. */
function severityOn({ provenance }: NonNullable<StoreLink['authConfig']>, severity: Severity): Severity {
  return weakness(provenance) > 0 ? 'note' : severity
}

interface Address {
  /** Host and port, in one form. */
  readonly place: string
  readonly path: string
}

/** `undefined`: no address, or one with a variable in it. */
function addressOf(written: string | undefined): Address | undefined {
  const match = /^(https?):\/\/([^/\s$<{}?#@]+?)(?::(\d+))?(\/[^\s$<{}?#]*)?$/i.exec(written ?? '')
  if (match === null) return undefined
  const [, scheme = '', name = '', port = scheme.toLowerCase() === 'https' ? '443' : '80', path = ''] = match
  const host = name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/\.svc\.cluster\.local$/, '.svc')
  return { place: `${host}:${port}`, path: path === '/' ? '' : path }
}
