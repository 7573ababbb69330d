/**
 * Shows Markdown reports as GitHub would, in a headless browser, and says how long they are: visible words with folds closed, and the height
 * in pixels on a laptop (1012) and on a phone (390). `node scripts/render-reports.ts [--out folder] file.md…`; CHROMIUM names the browser.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const WIDTHS = [1012, 390] as const

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Code spans, links, bold, escapes: all that our own reports write inline. HTML of ours (`sub`, `summary`, `code`) stays. */
function inline(text: string): string {
  const kept: string[] = []
  const keep = (html: string): string => `\ue000${kept.push(html) - 1}\ue000`
  const withCode = text.replace(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, (_, __, code: string) =>
    keep(`<code>${escaped(code.trim())}</code>`),
  )
  const withLinks = withCode
    .replace(/\\([\\`*_[\]#|~$<>()+.!-])/g, (_, char: string) => keep(escaped(char)))
    .replace(
      /\[([^\]]*)\]\(([^)]*)\)/g,
      (_, label: string, address: string) => `${keep(`<a href="${escaped(address)}">`)}${label}${keep('</a>')}`,
    )
    .replace(/\*\*(.+?)\*\*/g, (_, bold: string) => `${keep('<b>')}${bold}${keep('</b>')}`)
  let html = withLinks
  for (let before = ''; before !== html; ) {
    before = html
    html = html.replace(/\ue000(\d+)\ue000/g, (_, index: string) => kept[Number(index)] ?? '')
  }
  return html
}

/** Blocks of GitHub's Markdown, as far as the reports use them. */
function htmlOf(markdown: string): string {
  const out: string[] = []
  const lines = markdown.split('\n')
  let list = false
  const endList = () => {
    if (list) out.push('</ul>')
    list = false
  }
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ''
    const fence = /^\s*(`{3,})(\w*)$/.exec(line)
    if (fence !== null) {
      const body: string[] = []
      while (++i < lines.length && lines[i]?.trim() !== fence[1]) body.push(lines[i] ?? '')
      out.push(`<pre class="${fence[2]}">${escaped(body.join('\n'))}</pre>`)
      continue
    }
    const item = /^\s*- (.*)$/.exec(line)
    if (item !== null) {
      if (!list) out.push('<ul>')
      list = true
      out.push(`<li>${inline(item[1] ?? '')}</li>`)
      continue
    }
    if (line.trim() === '') continue
    endList()
    const heading = /^(#{2,3}) (.*)$/.exec(line)
    if (heading !== null) out.push(`<h${heading[1]?.length}>${inline(heading[2] ?? '')}</h${heading[1]?.length}>`)
    else if (line.startsWith('|')) {
      const rows: string[] = []
      for (; lines[i]?.startsWith('|'); i++) rows.push(lines[i] ?? '')
      i--
      const cells = rows
        .filter((row) => !/^\|[-|: ]+$/.test(row))
        .map((row) =>
          row
            .split(/(?<!\\)\|/)
            .slice(1, -1)
            .map((cell) => `<td>${inline(cell.trim())}</td>`)
            .join(''),
        )
      out.push(`<table>${cells.map((row) => `<tr>${row}</tr>`).join('')}</table>`)
    } else if (line === '---') out.push('<hr>')
    else if (line.startsWith('>')) out.push(`<blockquote>${inline(line.replace(/^>\s?/, ''))}</blockquote>`)
    else if (/^<\/?(details|!--)/.test(line)) out.push(line)
    else out.push(`<p>${inline(line)}</p>`)
  }
  endList()
  return out.join('\n')
}

const STYLE = `
body{font:14px/1.5 -apple-system,"Segoe UI",Helvetica,Arial,sans-serif;margin:0;padding:16px;color:#1f2328;background:#fff;overflow-wrap:break-word}
h2{font-size:21px;border-bottom:1px solid #d1d9e0;padding-bottom:4px;margin:0 0 12px}h3{font-size:17.5px;margin:20px 0 12px}p,ul,pre,table,details{margin:0 0 12px}
code,pre{font:12px ui-monospace,Menlo,Consolas,monospace;background:#f0f1f2;border-radius:6px}code{padding:2px 5px}pre{padding:12px;overflow-x:auto;line-height:1.45}
ul{padding-left:24px}table{border-collapse:collapse;display:block;overflow-x:auto}td{border:1px solid #d1d9e0;padding:5px 10px}blockquote{margin:0;padding:2px 12px;border-left:4px solid #bf8700}
sub{font-size:11px;color:#59636e;vertical-align:baseline}a{color:#0969da;text-decoration:none}`

/** Words that are seen with all folds closed. */
function visibleWords(markdown: string): number {
  const text = markdown
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<details><summary>(.*?)<\/summary>[\s\S]*?<\/details>/g, '$1')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/<[^>]*>|[`#*>[\]|]/g, ' ')
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

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

const args = process.argv.slice(2)
const outAt = args.indexOf('--out')
const out = outAt < 0 ? undefined : args[outAt + 1]
const files = args.filter((_, index) => outAt < 0 || (index !== outAt && index !== outAt + 1))
if (out !== undefined) mkdirSync(out, { recursive: true })
const work = mkdtempSync(join(tmpdir(), 'eso-vault-render-'))
for (const file of files) {
  const markdown = readFileSync(file, 'utf8')
  const page = join(work, `${basename(file)}.html`)
  writeFileSync(page, `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${htmlOf(markdown)}`)
  const heights = WIDTHS.map((width) => {
    const picture = out === undefined ? undefined : join(out, `${basename(file, '.md')}-${width}.png`)
    return `${heightAt(page, width, picture)} px at ${width}`
  })
  process.stdout.write(`${basename(file)}: ${visibleWords(markdown)} words, ${heights.join(', ')}\n`)
}
rmSync(work, { recursive: true })
