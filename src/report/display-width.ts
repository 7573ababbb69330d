/**
 * Columns that a character takes on a terminal: 0 for combining marks, 2 for East Asian wide characters and emoji, else 1. An
 * approximation of Unicode's East Asian Width by blocks, good enough to put carets under text.
 */
export function charWidth(char: string): 0 | 1 | 2 {
  const point = char.codePointAt(0) ?? 0
  if (point < 0x300) return 1
  if (/^\p{M}$/u.test(char) || (point >= 0xfe00 && point <= 0xfe0f)) return 0
  const wide =
    (point >= 0x1100 && point <= 0x115f) ||
    (point >= 0x2e80 && point <= 0xa4cf) ||
    (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) ||
    (point >= 0xfe30 && point <= 0xfe6f) ||
    (point >= 0xff00 && point <= 0xff60) ||
    (point >= 0xffe0 && point <= 0xffe6) ||
    (point >= 0x1f300 && point <= 0x1faff) ||
    (point >= 0x20000 && point <= 0x3fffd)
  return wide ? 2 : 1
}

export function textWidth(text: string): number {
  let width = 0
  for (const char of text) width += charWidth(char)
  return width
}

/**
 * Breaks text at spaces so that no line is wider than `width`; a longer word (a path) stays whole, because half a path cannot be
 * copied. Line feeds in the text stay.
 */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = []
    let line = ''
    let used = -1
    for (const word of paragraph.split(' ')) {
      const wide = textWidth(word)
      const started = line.trim() !== ''
      if (started && used + 1 + wide > width) {
        lines.push(line)
        line = word
        used = wide
      } else {
        line = used === -1 ? word : `${line} ${word}`
        used += 1 + wide
      }
    }
    return [...lines, line]
  })
}
