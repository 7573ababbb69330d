import { X509Certificate } from 'node:crypto'
import type { Chain } from '../chain/chain.ts'
import type { Ending } from '../chain/drift-facts.ts'
import { readTarget } from '../chain/read-target.ts'
import type { Span } from '../model/span.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import type { LiveState } from '../state/live/live-state.ts'

/** What ends within so many days is worth a word: time enough to plan the change. */
const SOON_DAYS = 30

const DAY = 86_400_000
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]{1,20000}-----END CERTIFICATE-----/g

/**
 * The server's policies and rules of theirs with an `expiration` (OpenBao), CA certificates of Kubernetes auth configs, and secret versions
 * with a `deletion_time`, that end within `SOON_DAYS` of `now` or have ended.
 */
export function endingSoon(chain: Chain, now: Date): Ending[] {
  const found = new Map<string, Ending>()
  const add = (ending: Ending) => found.set(JSON.stringify([ending.kind, ...ending.about]), ending)
  for (const { store, policies, authMount } of chain.storeLinks) {
    const namespace = trim(store.authNamespace ?? store.vaultNamespace ?? '')
    const live = chain.live?.states.get(namespace)
    if (live === undefined) continue
    const span = store.manifest.spanOf(['spec', 'provider', 'vault', 'auth'])
    for (const name of policies?.names ?? []) {
      for (const one of endingPolicy(name, live, span, now)) add({ ...one, about: [namespace, ...one.about] })
    }
    const path = authMount?.found === 'known' ? authMount.fact.path : undefined
    if (path !== undefined) {
      for (const one of endingCertificates(path, live, span, now)) add({ ...one, about: [namespace, ...one.about] })
    }
  }
  for (const { reference, secret, store } of chain.links) {
    const target = store === undefined ? undefined : readTarget(reference, store)
    if (secret?.presence !== 'present' || secret.deletionTime === undefined || target === undefined) continue
    const at = new Date(secret.deletionTime)
    if (!isSoon(at, now) || reference.operation === 'push') continue
    const vaultPath = `${target.mount}/${target.key}`
    add({
      kind: 'secret-version',
      what: `The current version of \`${vaultPath}\``,
      at: toTheSecond(at.toISOString()),
      over: at <= now,
      span: reference.span,
      about: [store?.vaultNamespace ?? '', vaultPath],
      vaultPath,
    })
  }
  return [...found.values()]
}

function endingPolicy(name: string, live: LiveState, span: Span, now: Date): Ending[] {
  const seen = live.policy(name)
  if (seen?.presence !== 'present') return []
  const rules = endingRules(name, seen.fact.text, span, now)
  const at = seen.fact.expires === undefined ? undefined : new Date(seen.fact.expires)
  if (at === undefined || Number.isNaN(at.getTime()) || !isSoon(at, now)) return rules
  const what = `Policy \`${name}\` on the server`
  return [
    {
      kind: 'policy',
      what,
      at: toTheSecond(at.toISOString()),
      over: at <= now,
      span,
      about: [name],
      vaultPath: `sys/policies/acl/${name}`,
    },
    ...rules,
  ]
}

/** A parser that lives `SOON_DAYS` later drops what ends until then, and says so. */
function endingRules(name: string, text: string, span: Span, now: Date): Ending[] {
  const later = parsePolicy(text, { now: new Date(now.getTime() + SOON_DAYS * DAY) })
  if (!later.ok) return []
  const lines = text.split('\n')
  return later.policy.remarks.flatMap(({ about, line, at }): Ending[] => {
    if (about !== 'expired' || at === undefined) return []
    const path = /path\s+"([^"]*)"/.exec(lines[line - 1] ?? '')?.[1] ?? `of line ${line}`
    const what = `Rule \`${path}\` of policy \`${name}\` on the server`
    return [
      {
        kind: 'policy-rule',
        what,
        at: toTheSecond(at),
        over: new Date(at) <= now,
        span,
        about: [name, path],
        vaultPath: `sys/policies/acl/${name}`,
      },
    ]
  })
}

function endingCertificates(path: string, live: LiveState, span: Span, now: Date): Ending[] {
  const config = live.authConfig(path)
  if (config?.presence !== 'present' || typeof config.fact.kubernetes_ca_cert !== 'string') return []
  return (config.fact.kubernetes_ca_cert.match(CERTIFICATE) ?? []).flatMap((block): Ending[] => {
    const certificate = parsed(block)
    if (certificate === undefined) return []
    const at = new Date(certificate.validTo)
    if (!isSoon(at, now)) return []
    const subject = certificate.subject.replaceAll('\n', ', ')
    const what = `The CA certificate \`${subject}\` in \`auth/${path}/config\``
    const about = [path, certificate.fingerprint256]
    return [
      {
        kind: 'ca-certificate',
        what,
        at: toTheSecond(at.toISOString()),
        over: at <= now,
        span,
        about,
        vaultPath: `auth/${path}/config`,
      },
    ]
  })
}

function parsed(block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block)
  } catch {
    return undefined
  }
}

/** `2026-06-10T00:00:00Z`. */
function toTheSecond(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z')
}

function isSoon(at: Date, now: Date): boolean {
  return at.getTime() <= now.getTime() + SOON_DAYS * DAY
}

function trim(path: string): string {
  return path.replace(/^\/+|\/+$/g, '')
}
