import { LiveSettingsError } from './errors.ts'

/**
 * The one address that requests go to, without a slash at the end.
 *
 * @throws LiveSettingsError saying what is wrong, without the credentials that a URL may hold.
 */
export function parseAddress(setting: string): URL {
  const text = setting.trim()
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new LiveSettingsError('vault-addr is not a URL; write it as https://vault.example.com:8200.')
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new LiveSettingsError(`vault-addr begins with ${url.protocol}; only https:// and http:// can be used.`)
  }
  if (url.username || url.password) {
    throw new LiveSettingsError(
      'vault-addr holds a user name or password; give credentials by the auth inputs instead.',
    )
  }
  if (url.search || url.hash) throw new LiveSettingsError('vault-addr must end before any ? or #.')
  url.pathname = url.pathname.replace(/\/+$/, '')
  if (/\/v1$/.test(url.pathname)) throw new LiveSettingsError('vault-addr must not end in /v1; that part is added.')
  if (/\/ui(\/|$)/.test(url.pathname))
    throw new LiveSettingsError("vault-addr is the address of Vault's web page; leave out /ui.")
  return url
}

/** Whether a token would travel unencrypted over a network. */
export function isUnencrypted(address: URL): boolean {
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(address.hostname)
  return address.protocol === 'http:' && !loopback
}
