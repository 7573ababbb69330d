/** Words that the guide replaces (reports.md §6), in whatever people read. */
const FORBIDDEN =
  /\b(mend|mends|heal|stands nowhere|is wanted|are wanted|takes away|without a word|ends by itself|end by themselves|thereof|to seed|asks for anything|declares no such|so before|Once its fields|cannot be told|hangs on)\b/i

/** Names and quoted answers of other programs are not ours. */
const own = (text: string): string => text.replace(/`[^`]*`|"[^"]*"/g, '')

/** The first forbidden word of a text; `undefined`: there is none. */
export function forbiddenIn(text: string): string | undefined {
  return FORBIDDEN.exec(own(text))?.[0]
}
