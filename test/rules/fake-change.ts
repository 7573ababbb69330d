import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { changedLines, type FileChange } from '../../src/changes/changed-lines.ts'
import { lineHunks } from '../../src/changes/line-hunks.ts'
import { gather } from '../../src/modes/gather.ts'
import type { LookAtChange } from '../../src/modes/look-at-change.ts'
import type { Settings } from '../../src/settings/settings.ts'

/** What a change starts from, as a folder beside what it brings: rules and scope see what Git would have told them. */
export function fakeChange(
  folder: string,
  before: string,
  settings: Settings,
  filesIn: (folder: string) => string[],
): LookAtChange {
  const names = (root: string) => filesIn(root).map((file) => relative(root, file))
  return async () => {
    const then = new Set(names(before))
    const now = names(folder).filter((name) => !name.startsWith('before/'))
    const changes = now.flatMap((file): FileChange[] => {
      if (!then.has(file)) return [{ file, hunks: 'all' }]
      const hunks = lineHunks(readFileSync(join(before, file), 'utf8'), readFileSync(join(folder, file), 'utf8'))
      return hunks.length === 0 ? [] : [{ file, hunks }]
    })
    return {
      known: true,
      since: '`main`',
      before: await gather({ ...settings, paths: [before] }, { cwd: before, live: undefined }),
      settings,
      lines: changedLines(changes, (file) => now.includes(file)),
    }
  }
}
