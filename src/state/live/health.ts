import { variantsOf } from '../../model/server-law.ts'
import { isObject } from './answer.ts'
import { VaultUnavailable } from './errors.ts'
import type { ServerFacts } from './live-state.ts'
import { detectProduct, type Product, versionOf } from './product.ts'
import type { Transport } from './transport.ts'

/** Any state answers with a success that says it in its body (vault.md §4.1), so that no proxy takes it for a fault. */
const ALL_CODES =
  'standbyok=true&perfstandbyok=true&activecode=299&standbycode=299&sealedcode=299&uninitcode=299&drsecondarycode=299&performancestandbycode=299&haunhealthycode=299&removedcode=299'

/** What the settings say of the server (`vault.product`), where they say more than `auto`. */
export interface KnownServer {
  readonly product?: Product
  readonly version?: string
}

/**
 * Asks whether there is a Vault that can be used, before anything else is asked: no token is sent. A failure to connect has its
 * own sentence, each with what to do.
 *
 * @throws VaultUnavailable
 */
export async function preflight(transport: Transport, known: KnownServer = {}): Promise<ServerFacts> {
  const { address } = transport
  const base = `${address.href.replace(/\/$/, '')}/v1/sys`
  const health = await transport.send({ method: 'GET', url: `${base}/health?${ALL_CODES}` })
  const body = health.body
  if (!isObject(body) || typeof body.initialized !== 'boolean' || typeof body.sealed !== 'boolean') {
    const sentence = `${address.host} answers sys/health with status ${health.status} and not as Vault does. Check that vault-addr is the address of Vault itself and that no proxy stands before it.`
    throw new VaultUnavailable('not-vault', sentence)
  }
  if (!body.initialized) {
    throw new VaultUnavailable(
      'uninitialised',
      `Vault at ${address.host} is not initialised. Initialise and unseal it first.`,
    )
  }
  if (body.sealed) {
    const sentence = `Vault at ${address.host} is sealed: nothing can be read. Unseal it, then run again.`
    throw new VaultUnavailable('sealed', sentence)
  }
  if (isObject(body) && body.replication_dr_mode === 'secondary') {
    const sentence = `Vault at ${address.host} is a disaster-recovery secondary, which serves no reads. Write the primary's address as vault-addr.`
    throw new VaultUnavailable('standby', sentence)
  }
  if (body.removed_from_cluster === true) {
    const sentence = `Vault at ${address.host} was removed from its cluster. Write the address of a node that belongs to it as vault-addr.`
    throw new VaultUnavailable('standby', sentence)
  }
  const sealStatus = await transport.send({ method: 'GET', url: `${base}/seal-status` }).catch(() => undefined)
  const product = known.product ?? detectProduct(body, sealStatus?.body)
  // Bounds say less than the server itself.
  const exact = /^\d+\.\d+\.\d+$/.test(known.version ?? '') ? known.version : undefined
  const version = exact ?? versionOf(body) ?? versionOf(sealStatus?.body) ?? known.version
  return {
    product,
    version,
    variants: variantsOf(product, version),
    // A standby forwards requests, or answers 307, which the transport explains when it happens.
    standby: body.standby === true || body.performance_standby === true,
    ...(typeof body.enterprise === 'boolean' ? { enterprise: body.enterprise } : {}),
  }
}
