import { spawnSync } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** A Chromium on PATH; without one, pages are not opened, and the suite says so. */
export const BROWSER = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find(isExecutable)

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The page as it stands once its script has run, and what the browser complained of. */
export function open(page: string, hash = ''): { readonly html: string; readonly complaints: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'page-'))
  try {
    const file = join(folder, 'page.html')
    writeFileSync(file, page)
    const { stdout, stderr } = spawnSync(
      BROWSER as string,
      [
        ...[
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          '--enable-logging=stderr',
          `--user-data-dir=${folder}/profile`,
        ],
        ...['--virtual-time-budget=5000', '--dump-dom', `${pathToFileURL(file)}${hash}`],
      ],
      { encoding: 'utf8', maxBuffer: 256 * 2 ** 20, timeout: 90_000 },
    )
    return { html: stdout, complaints: stderr.split('\n').filter((line) => line.includes('CONSOLE')) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
