/** Paths whose rule must carry `sudo` too (vault.md §2.3); `*` is a prefix. KV, kubernetes and jwt have none. */
const SYSTEM = [
  'auth/*',
  'remount',
  'audit',
  'audit/*',
  'raw',
  'raw/*',
  'rotate',
  'rotate/keyring',
  'rotate/root',
  'config/cors',
  'config/auditing/*',
  'config/ui/headers/*',
  'plugins/catalog/*',
  'revoke-prefix/*',
  'revoke-force/*',
  'leases',
  'leases/revoke-prefix/*',
  'leases/revoke-force/*',
  'leases/lookup/*',
  'internal/inspect/*',
  'seal',
  'step-down',
]
const TOKEN = ['revoke-orphan/*', 'accessors*']

/** `path`: relative to the request's namespace. */
export function needsSudo(path: string): boolean {
  const clean = path.replace(/^\/+/, '')
  if (clean.startsWith('sys/')) return SYSTEM.some((pattern) => matches(pattern, clean.slice('sys/'.length)))
  if (clean.startsWith('auth/token/'))
    return TOKEN.some((pattern) => matches(pattern, clean.slice('auth/token/'.length)))
  return false
}

function matches(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern || path === `${pattern}/`
}
