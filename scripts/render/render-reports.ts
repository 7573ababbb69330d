/**
 * Shows Markdown reports as GitHub would, in a headless browser, and says how long they are: visible words with folds closed, and the height
 * in pixels on a laptop (1012) and on a phone (390). `npm run render-reports -- [--out folder] [file.md…]`; without files, every
 * recorded state of the report, with the figures of the guide beside. CHROMIUM names the browser.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { githubHtml, visibleWords } from './github-html.ts'

const WIDTHS = [1012, 390] as const

const STYLE = `
body{font:14px/1.5 -apple-system,"Segoe UI",Helvetica,Arial,sans-serif;margin:0;padding:16px;color:#1f2328;background:#fff;overflow-wrap:break-word}
h2{font-size:21px;border-bottom:1px solid #d1d9e0;padding-bottom:4px;margin:0 0 12px}h3{font-size:17.5px;margin:20px 0 12px}p,ul,pre,table,details{margin:0 0 12px}
code,pre{font:12px ui-monospace,Menlo,Consolas,monospace;background:#f0f1f2;border-radius:6px}code{padding:2px 5px}pre code{padding:0}pre{padding:12px;overflow-x:auto;line-height:1.45}
ul{padding-left:24px}th,td{text-align:left}table{border-collapse:collapse;display:block;overflow-x:auto}th,td{border:1px solid #d1d9e0;padding:5px 10px}blockquote{margin:0;padding:2px 12px;border-left:4px solid #bf8700}
sub{font-size:11px;color:#59636e;vertical-align:baseline}a{color:#0969da;text-decoration:none}`

/** The height of the page at a width, as the browser lays it out; and a picture, where a folder is given. */
function heightAt(page: string, width: number, picture: string | undefined): number {
  const browser = process.env.CHROMIUM ?? 'chromium'
  const common = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars']
  // A window is never narrower than 500 pixels: the page lies in a frame of the width.
  const frame = `${page}.${width}.html`
  writeFileSync(
    frame,
    `<!doctype html><style>body{margin:0}</style><iframe id="f" src="${pathToFileURL(page)}" style="border:0;width:${width}px;height:20000px"></iframe>` +
      `<script>onload=()=>{document.title=String(document.getElementById('f').contentDocument.body.offsetHeight)}</script>`,
  )
  const dom = execFileSync(
    browser,
    [
      ...common,
      '--allow-file-access-from-files',
      '--virtual-time-budget=2000',
      '--dump-dom',
      String(pathToFileURL(frame)),
    ],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const height = Number(/<title>(\d+)<\/title>/.exec(dom)?.[1] ?? Number.NaN)
  if (picture !== undefined)
    execFileSync(
      browser,
      [
        ...common,
        '--allow-file-access-from-files',
        `--window-size=${Math.max(width, 500)},${height}`,
        `--screenshot=${picture}`,
        String(pathToFileURL(frame)),
      ],
      {
        stdio: 'ignore',
      },
    )
  return height
}

/** What the guide's own design took (docs/spec/reports.md): visible words, pixels on a phone, pixels on a laptop. */
const GUIDE: Readonly<Record<string, string>> = {
  'soyo-as-found.summary.md':
    'soyo as found: 185 words, 1160 px at 1012, 1424 px at 390; at most 200 words and 1500 px at 390',
  'pull-request-one.comment.md': 'one new reference: 77 words, 384 px at 1012, 449 px at 390',
  'pull-request-six.comment.md': '12 references, one cause: 92 words, 554 px at 1012, 640 px at 390',
  'plan.summary.md': 'plan: 224 words, 1498 px at 1012, 1606 px at 390',
  'drift.issue.md': 'drift issue: 295 words, 1669 px at 1012, 1905 px at 390',
  'pull-request-clean.comment.md': 'clean: 53 words, 229 px at 1012, 271 px at 390',
  'live-unchecked.summary.md': 'live, 2 unchecked: 169 words, 895 px at 1012, 1135 px at 390',
}

/** The states that test/scenario/report-states.test.ts holds, and the summary of soyo as found, by the program in `dist/`. */
function recordedStates(work: string): readonly string[] {
  const root = join(import.meta.dirname, '../..')
  const states = join(root, 'test/scenario/states')
  const soyo = join(work, 'soyo-as-found.summary.md')
  const run = spawnSync(
    process.execPath,
    [join(root, 'dist/cli.js'), 'check', join(root, 'examples/soyo/as-found'), '--format', 'markdown'],
    { encoding: 'utf8' },
  )
  writeFileSync(soyo, run.stdout)
  return [
    soyo,
    ...readdirSync(states)
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(states, name)),
  ]
}

const {
  values: { out },
  positionals: named,
} = parseArgs({ options: { out: { type: 'string' } }, allowPositionals: true })
if (out !== undefined) mkdirSync(out, { recursive: true })
const work = mkdtempSync(join(tmpdir(), 'eso-vault-render-'))
try {
  for (const file of named.length > 0 ? named : recordedStates(work)) {
    const name = basename(file)
    const html = githubHtml(readFileSync(file, 'utf8'), !name.endsWith('.summary.md'))
    const page = join(work, `${name}.html`)
    writeFileSync(page, `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${html}`)
    const heights = WIDTHS.map((width) => {
      const picture = out === undefined ? undefined : join(out, `${basename(file, '.md')}-${width}.png`)
      return `${heightAt(page, width, picture)} px at ${width}`
    })
    const guide = GUIDE[name]
    process.stdout.write(
      `${name}: ${visibleWords(html)} words, ${heights.join(', ')}${guide === undefined ? '' : ` (guide, ${guide})`}\n`,
    )
  }
} finally {
  rmSync(work, { recursive: true })
}
