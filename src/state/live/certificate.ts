import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { LiveSettingsError } from './errors.ts'

const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END (?:TRUSTED )?CERTIFICATE-----/g

/**
 * The CA certificates to trust, as PEM blocks, from a setting that holds PEM text, base64 of PEM text (as vault-action's
 * `caCertificate` wants it), or the name of a PEM file (as `VAULT_CACERT` does). They replace the system's CAs, as in Vault's
 * own client.
 *
 * @throws LiveSettingsError when it is none of these, or holds no certificate.
 */
export async function loadCaCertificate(setting: string): Promise<string[]> {
  const { text, where } = await loadPem(setting, 'ca-certificate')
  return certificates(text, where)
}

/**
 * A client certificate and its key, each from a setting as above.
 *
 * @throws LiveSettingsError when one of them is none, or when they do not belong together; never with a part of the key.
 */
export async function loadClientCertificate(given: {
  readonly certificate: string
  readonly key: string
}): Promise<{ readonly certificate: string; readonly key: string }> {
  const certificate = await loadPem(given.certificate, 'client-certificate')
  const [first = ''] = certificates(certificate.text, certificate.where)
  const key = await loadPem(given.key, 'client-key')
  let fits: boolean
  try {
    fits = new X509Certificate(first).checkPrivateKey(createPrivateKey(key.text))
  } catch {
    throw new LiveSettingsError(
      'client-key holds no private key that can be read: give it as PEM, without a passphrase.',
    )
  }
  if (!fits) throw new LiveSettingsError('client-key is not the key of client-certificate.')
  return { certificate: certificate.text, key: key.text }
}

/** PEM text from a setting; a setting that is none may be a secret, so only a path is repeated. */
async function loadPem(setting: string, name: string): Promise<{ readonly text: string; readonly where: string }> {
  const text = setting.trim()
  if (text.includes('-----BEGIN')) return { text, where: name }
  const decoded = fromBase64(text)
  if (decoded?.includes('-----BEGIN')) return { text: decoded, where: `${name} (base64)` }
  try {
    return { text: await readFile(text, 'utf8'), where: text }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable'
    const shown = name === 'client-key' ? '' : `: ${text.length > 200 ? `${text.slice(0, 40)}…` : text}`
    throw new LiveSettingsError(
      `${name} is neither PEM text, nor base64 of PEM text, nor a file that can be read${shown} (${code}).`,
    )
  }
}

function certificates(text: string, where: string): string[] {
  const blocks = text.match(CERTIFICATE) ?? []
  if (blocks.length === 0) throw new LiveSettingsError(`${where} holds no PEM certificate (BEGIN CERTIFICATE … END).`)
  for (const block of blocks) {
    try {
      new X509Certificate(block)
    } catch {
      throw new LiveSettingsError(`${where} holds a PEM block that is not a certificate.`)
    }
  }
  return blocks
}

function fromBase64(text: string): string | undefined {
  const compact = text.replace(/\s+/g, '')
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(compact) ? Buffer.from(compact, 'base64').toString('utf8') : undefined
}
