/** `vault@1.20`, `openbao@2.7`, `vault@>=1.19 <2`, `vault` or `auto`, as the config writes it. */
export function knownServer(product: string): { product?: 'vault' | 'openbao'; version?: string } {
  const match = /^(vault|openbao)(?:@(.+))?$/.exec(product)
  if (match === null) return {}
  return { product: match[1] as 'vault' | 'openbao', ...(match[2] === undefined ? {} : { version: match[2] }) }
}
