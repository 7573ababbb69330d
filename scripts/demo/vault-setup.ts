import { readFileSync } from 'node:fs'
import { selfSigned } from '../openbao/self-signed.ts'
import type { RunningServer } from '../openbao/start.ts'

/** What the token of the checks may do: names and existence, never a value (no `data/` path). */
const CHECK_POLICY = `
path "kv/metadata/*" { capabilities = ["read", "list"] }
path "kv/subkeys/*" { capabilities = ["read"] }
path "sys/policies/acl/external-secrets" { capabilities = ["read"] }
path "sys/auth" { capabilities = ["read"] }
path "auth/kubernetes/config" { capabilities = ["read"] }
path "auth/kubernetes/role/external-secrets" { capabilities = ["read"] }
`

/** One request that must work. */
export async function must(server: RunningServer, method: string, path: string, body?: unknown) {
  const answer = await server.request(method, path, body)
  if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}`)
  return answer
}

/** Sets the server up as the repository's own `docs/vault.md` says, and returns a token for the checks. */
export async function setUp(server: RunningServer, documentFile: string): Promise<string> {
  await must(server, 'POST', 'sys/mounts/kv', { type: 'kv', options: { version: '2' } })
  await past(server, 'kv/config')
  await must(server, 'POST', 'sys/auth/kubernetes', { type: 'kubernetes' })
  await must(server, 'POST', 'auth/kubernetes/config', {
    kubernetes_host: 'https://kubernetes.default.svc:443',
    // Outside a pod there is no certificate to take from the file system, and Vault wants one that is real; nobody logs in here.
    kubernetes_ca_cert: selfSigned('demo').certificate,
    disable_local_ca_jwt: true,
  })
  const document = readFileSync(documentFile, 'utf8')
  await must(server, 'POST', 'sys/policies/acl/external-secrets', { policy: policyIn(document) })
  await must(server, 'POST', 'auth/kubernetes/role/external-secrets', roleIn(document))
  await must(server, 'POST', 'sys/policies/acl/eso-vault-check', { policy: CHECK_POLICY })
  const token = await must(server, 'POST', 'auth/token/create', { policies: ['eso-vault-check'], ttl: '10m' })
  return token.body.auth.client_token
}

function policyIn(document: string): string {
  const policy = /policy write external-secrets - <<'HCL'\n([\s\S]*?)\nHCL\n/.exec(document)?.[1]
  if (policy === undefined) throw new Error('docs/vault.md of the example writes no policy')
  return policy
}

function roleIn(document: string): Record<string, string> {
  const command = /write auth\/kubernetes\/role\/external-secrets \\\n((?:.*\\\n)*.*)/.exec(document)?.[1]
  if (command === undefined) throw new Error('docs/vault.md of the example writes no role')
  return Object.fromEntries(command.split('\\\n').map((pair) => pair.trim().split('=') as [string, string]))
}

/** A KV mount upgrades to version 2 in the background; until then it answers 400. */
async function past(server: RunningServer, path: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await server.request('GET', path)).status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${path} did not answer within 10 s`)
}
