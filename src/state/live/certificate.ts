import { X509Certificate } from 'node:crypto'
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
  const text = setting.trim()
  if (text.includes('-----BEGIN')) return certificates(text, 'ca-certificate')
  const decoded = fromBase64(text)
  if (decoded?.includes('-----BEGIN')) return certificates(decoded, 'ca-certificate (base64)')
  let file: string
  try {
    file = await readFile(text, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable'
    const shown = text.length > 200 ? `${text.slice(0, 40)}…` : text
    throw new LiveSettingsError(
      `ca-certificate is neither PEM text, nor base64 of PEM text, nor a file that can be read: ${shown} (${code}).`,
    )
  }
  return certificates(file, text)
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
