export function isBlank(ch: string): boolean {
  return ch === ' ' || ch === '\t' || ch === '\r'
}

/** Characters that end a word outside quotes. */
export function isWordEnd(ch: string): boolean {
  return ch === '' || isBlank(ch) || '\n;&|()<>'.includes(ch)
}
