/** `vault@1.20`, `openbao@2.7` or `auto`, as the config writes it. */
export function knownServer(product: string): { product?: 'vault' | 'openbao'; version?: string } {
  const match = /^(vault|openbao)@(.+)$/.exec(product)
  if (match === null) return {}
  return { product: match[1] as 'vault' | 'openbao', version: match[2] as string }
}
