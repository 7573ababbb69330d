/** One word for a POSIX shell, whatever it holds; control characters other than line feed and tab are left out. */
export function shellWord(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const clean = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(clean)) return clean
  return `'${clean.replaceAll("'", `'\\''`)}'`
}
