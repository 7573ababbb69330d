/** Without slashes at the ends: `kv/`, `/kv` and `kv` name one mount. */
export function trimSlashes(path: string): string {
  return path.startsWith('/') || path.endsWith('/') ? path.replace(/^\/+|\/+$/g, '') : path
}
