import { joinPath, lastSegment } from '../file-lookup.ts'
import type { PlacedText } from '../placed-text.ts'
import type { SymbolicText } from '../symbolic-text.ts'
import type { Stream } from './command-input.ts'
import { withHome } from './stream-text.ts'

/**
 * Files that a script itself writes (`cat > x.hcl <<EOF`), and those that it copies to where they are used
 * (`kubectl cp x.hcl pod:/tmp/y.hcl`). Shared by all scripts of one file, and by the fences of one document.
 */
export class WrittenFiles {
  readonly #content = new Map<string, readonly Stream[]>()

  /** What the file holds, as far as a script wrote it; `undefined`: none did. */
  contentOf(path: string): readonly Stream[] | undefined {
    return this.#content.get(path) ?? this.#content.get(joinPath('', path))
  }

  write(path: SymbolicText, stream: Stream, placed: PlacedText, append: boolean): void {
    const kept = withHome(stream, placed)
    const before = append ? (this.contentOf(path.value) ?? []) : []
    this.#content.set(path.value, [...before, kept])
  }

  /** `to` may be a folder, and may name a container before a colon. */
  copy(from: SymbolicText, to: SymbolicText, placed: PlacedText): void {
    const target = to.value.replace(/^[^/:]*(?:\/[^/:]*)?:/, '')
    const path = target.endsWith('/') ? `${target}${lastSegment(from.value)}` : target
    const own = this.contentOf(from.value)
    if (own !== undefined) this.#content.set(path, own)
    else if (path !== from.value) this.#content.set(path, [withHome({ path: from }, placed)])
  }

  /** A text that stands elsewhere under this name (a fence of a document). */
  add(path: string, stream: Stream): void {
    this.#content.set(path, [stream])
  }
}
