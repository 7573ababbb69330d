import { globTest } from '../../files/glob.ts'
import type { Root } from '../../files/root.ts'

/** What source-controller never packs (sourceignore.go). */
const VERSION_CONTROL = ['.git/', '.gitignore', '.gitmodules', '.gitattributes']
/** What it leaves out unless `spec.ignore` of the GitRepository replaces this list (applied.md §1.3). */
const DEFAULTS = [
  '.github/',
  '.circleci/',
  '.travis.yml',
  '.gitlab-ci.yml',
  'appveyor.yml',
  '.drone.yml',
  'cloudbuild.yaml',
  'codeship-services.yml',
  'codeship-steps.yml',
  '**/.goreleaser.yml',
  '**/.goreleaser.yaml',
  '**/.sops.yaml',
  '**/.flux.yaml',
]

/** Whether a path below the source's root is left out of what Flux sees; a file that a pattern means, or below a folder that one means. */
export type SourceIgnore = (path: string) => boolean

/**
 * The rules of `.gitignore`, as source-controller applies them: the last pattern that fits decides, `!` takes back, a pattern with a
 * slash is anchored, `/` at the end means folders only. `own` is `spec.ignore`; `.sourceignore` files of the root add to it.
 */
export function sourceIgnore(own: string | undefined, root: Pick<Root, 'files' | 'read'>): SourceIgnore {
  const lines = [...VERSION_CONTROL, ...(own === undefined ? DEFAULTS : own.split('\n'))]
  if (root.files.has('.sourceignore')) lines.push(...(root.read?.('.sourceignore') ?? '').split('\n'))
  const rules = lines.flatMap(ruleOf)
  return (path) => {
    const parts = path.split('/')
    let ignored = false
    // A file below an ignored folder stays ignored unless a later pattern means the file itself or a folder on the way.
    for (let count = 1; count <= parts.length; count++) {
      const part = parts.slice(0, count).join('/')
      for (const rule of rules)
        if ((count < parts.length || !rule.foldersOnly) && rule.fits(part)) ignored = !rule.takesBack
    }
    return ignored
  }
}

function ruleOf(line: string) {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return []
  const takesBack = text.startsWith('!')
  const bare = takesBack ? text.slice(1) : text
  const foldersOnly = bare.endsWith('/')
  const pattern = bare.replace(/\/$/, '')
  const anchored = pattern.includes('/')
  const glob = pattern.replace(/^\//, '')
  try {
    const test = globTest(glob, 'sourceignore')
    const exact = (path: string) => test(path) && path.split('/').length === glob.split('/').length
    const fits =
      anchored && !glob.includes('**')
        ? exact
        : anchored
          ? test
          : (path: string) => exact(path.slice(path.lastIndexOf('/') + 1))
    return [{ takesBack, foldersOnly, fits }]
  } catch {
    return []
  }
}
