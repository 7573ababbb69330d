/** A place in a text of HCL, and what may stand there: white space, comments, words. */
export class HclCursor {
  readonly source: string
  readonly end: number
  at: number

  constructor(source: string, from = 0, to = source.length) {
    this.source = source
    this.at = from
    this.end = to
  }

  get done(): boolean {
    return this.at >= this.end
  }

  /** The character here; `''` at the end. */
  peek(ahead = 0): string {
    return this.at + ahead < this.end ? (this.source[this.at + ahead] ?? '') : ''
  }

  startsWith(text: string): boolean {
    return this.at + text.length <= this.end && this.source.startsWith(text, this.at)
  }

  /** Goes past the text, if it stands here. */
  take(text: string): boolean {
    if (!this.startsWith(text)) return false
    this.at += text.length
    return true
  }

  /** What a sticky pattern finds here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.source)
    if (match === null || match.index !== this.at || this.at + match[0].length > this.end) return undefined
    this.at += match[0].length
    return match[0]
  }

  skip(newlines: boolean): void {
    while (this.at < this.end) {
      const ch = this.source[this.at] ?? ''
      if (ch === ' ' || ch === '\t' || ch === '\r' || (newlines && ch === '\n')) this.at++
      else if (ch === '#' || this.source.startsWith('//', this.at)) this.#to('\n', 0)
      else if (this.source.startsWith('/*', this.at)) this.#to('*/', 2)
      else return
    }
  }

  #to(mark: string, extra: number): void {
    const found = this.source.indexOf(mark, this.at)
    this.at = found < 0 ? this.end : Math.min(this.end, found + extra)
  }
}
