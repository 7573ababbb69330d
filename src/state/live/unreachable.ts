import type { UnavailableKind } from '../../model/reason.ts'
import { VaultUnavailable } from './errors.ts'

/** Codes of Node and OpenSSL → what happened; `retry` where a moment later may be better. */
interface Trouble {
  readonly kind: UnavailableKind
  readonly retry: boolean
  readonly sentence: (host: string) => string
}

const UNKNOWN_CA: Trouble = {
  kind: 'tls',
  retry: false,
  sentence: (host) =>
    `The certificate of ${host} is signed by a CA that this machine does not know. Give the CA's certificate in ca-certificate (or VAULT_CACERT).`,
}

const DNS: Trouble = {
  kind: 'dns',
  retry: false,
  sentence: (host) =>
    `The name ${host} cannot be resolved. Check vault-addr; a Vault that is only known inside your network needs a self-hosted runner there.`,
}

const UNREACHABLE: Trouble = {
  kind: 'unreachable',
  retry: true,
  sentence: (host) =>
    `There is no network route to ${host}. A Vault that is not public needs a self-hosted runner inside its network.`,
}

const RESET: Trouble = {
  kind: 'reset',
  retry: true,
  sentence: (host) =>
    `${host} closed the connection before it answered. Check what stands between the runner and Vault.`,
}

const NOT_TLS: Trouble = {
  kind: 'tls',
  retry: false,
  sentence: (host) =>
    `${host} does not speak TLS on this port. Check the port of vault-addr, or use http:// if the server really has no TLS.`,
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
  ENOTFOUND: DNS,
  EAI_AGAIN: { ...DNS, retry: true },
  EAI_FAIL: DNS,
  EAI_NODATA: DNS,
  EAI_NONAME: DNS,
  ECONNREFUSED: {
    kind: 'refused',
    retry: true,
    sentence: (host) =>
      `${host} refuses the connection: nothing listens on this port. Check the port of vault-addr and that Vault runs.`,
  },
  ENETUNREACH: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  EACCES: UNREACHABLE,
  ETIMEDOUT: {
    kind: 'timeout',
    retry: true,
    sentence: (host) =>
      `${host} does not answer (timeout). A firewall may drop the connection; a Vault that is not public needs a self-hosted runner inside its network.`,
  },
  ECONNRESET: RESET,
  ECONNABORTED: RESET,
  EPIPE: RESET,
  ERR_PROXY_TUNNEL: {
    kind: 'unreachable',
    retry: false,
    sentence: (host) =>
      `The proxy of HTTPS_PROXY makes no connection to ${host}. Let it through there, or name the host in NO_PROXY.`,
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_CA,
  CERT_UNTRUSTED: UNKNOWN_CA,
  CERT_SIGNATURE_FAILURE: UNKNOWN_CA,
  ERR_TLS_CERT_ALTNAME_INVALID: {
    kind: 'tls',
    retry: false,
    sentence: (host) =>
      `The certificate that ${host} shows is for another host name. Use the name that is in the certificate as vault-addr, or give the server a certificate for this one.`,
  },
  CERT_HAS_EXPIRED: {
    kind: 'tls',
    retry: false,
    sentence: (host) => `The certificate of ${host}, or of its CA, has expired. Renew it on the server.`,
  },
  CERT_NOT_YET_VALID: {
    kind: 'tls',
    retry: false,
    sentence: (host) => `The certificate of ${host} is not valid yet. Check the clocks of server and runner.`,
  },
  EPROTO: NOT_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
}

/** What a failed connection means. Only the error's code is used: its text may hold what must not be shown. */
export function whyUnreachable(
  error: unknown,
  address: URL,
): { readonly error: VaultUnavailable; readonly retry: boolean } {
  const { host } = address
  const code = codeOf(error)
  const trouble = TROUBLES[code]
  if (trouble === RESET && address.protocol === 'http:') {
    const sentence = `${RESET.sentence(host)} If the server speaks TLS, write vault-addr with https://.`
    return { error: new VaultUnavailable('reset', sentence), retry: true }
  }
  if (trouble) return { error: new VaultUnavailable(trouble.kind, trouble.sentence(host)), retry: trouble.retry }
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE/.test(code)) {
    const sentence = `${host} refuses the TLS handshake (${code}). It may ask for a client certificate: give client-certificate and client-key.`
    return { error: new VaultUnavailable('tls', sentence), retry: false }
  }
  if (/^(ERR_SSL|ERR_TLS|CERT_|CRL_)/.test(code)) {
    return { error: new VaultUnavailable('tls', `No TLS connection to ${host} can be made (${code}).`), retry: false }
  }
  if (/^(HPE_|ERR_HTTP)/.test(code)) {
    const sentence = `${host} does not answer in HTTP (${code}). Check the scheme and port of vault-addr.`
    return { error: new VaultUnavailable('plain-http', sentence), retry: false }
  }
  return { error: new VaultUnavailable('reset', `The connection to ${host} failed (${code}).`), retry: true }
}

/** A dual-stack host fails with one error for all its addresses. */
function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: readonly unknown[] }
  if (typeof code === 'string') return code
  return errors?.length ? codeOf(errors[0]) : 'unknown error'
}
