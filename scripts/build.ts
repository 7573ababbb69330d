/**
 * Builds `dist/`: one program in files that are loaded when they are needed, no module twice, and three entry files of two lines each
 * that call into it. `node scripts/build.ts [folder] [--maps]`; with `--maps`, the same files with source maps beside them, which tell
 * what the positions of a trace mean.
 */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plugin, type RolldownOutput, rolldown } from 'rolldown'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { maps, dist } = readArguments(process.argv.slice(2))

/** What each entry file calls. */
const ENTRIES: Readonly<Record<string, { readonly source: string; readonly call: string }>> = {
  main: { source: 'src/main.ts', call: 'action' },
  post: { source: 'src/post.ts', call: 'post' },
  cli: { source: 'src/start.ts', call: 'terminal' },
}

function readArguments(given: readonly string[]): { readonly maps: boolean; readonly dist: string } {
  const [folder = 'dist'] = given.filter((argument) => argument !== '--maps')
  return { maps: given.includes('--maps'), dist: resolve(root, folder) }
}

async function bundle(): Promise<RolldownOutput> {
  const build = await rolldown({
    cwd: root,
    input: Object.fromEntries(Object.entries(ENTRIES).map(([name, { source }]) => [name, source])),
    platform: 'node',
    plugins: [withoutMediaTypes],
    tsconfig: 'tsconfig.build.json',
    // A circle, a name that is not exported, a require that cannot be followed: none of these may be shipped.
    onLog(level, log) {
      if (level === 'warn') throw new Error(`the bundler warns: ${log.message}`)
    },
  })
  const output = await build.write({
    dir: dist,
    format: 'esm',
    entryFileNames: 'lib/[name].js',
    chunkFileNames: 'lib/[name].js',
    // Functions and classes keep their names: the trace of a bug is told by people who have only the bundle.
    minify: { compress: { keepNames: { function: true, class: true } }, mangle: { keepNames: true } },
    // Licenses stand in `licenses.txt`, each once.
    comments: { legal: false, annotation: false, jsdoc: false },
    sourcemap: maps ? 'hidden' : false,
  })
  await build.close()
  return output
}

/** A table of a thousand media types, for forms with files that an HTTP client could send: nobody here sends any. */
const withoutMediaTypes: Plugin = {
  name: 'without-media-types',
  load: { filter: { id: /\/mime-db\/index\.js$/ }, handler: () => 'module.exports = {}' },
}

/** No module may be in two files. */
function demandOnce({ output }: RolldownOutput): void {
  const files = new Map<string, string>()
  for (const chunk of output) {
    if (chunk.type !== 'chunk') continue
    for (const module of Object.keys(chunk.modules)) {
      const other = files.get(module)
      if (other !== undefined) throw new Error(`${module} is in ${other} and in ${chunk.fileName}`)
      files.set(module, chunk.fileName)
    }
  }
}

/** The packages that a build took something of, each with its license. */
function licenses({ output }: RolldownOutput): string {
  const packages = new Map<string, string>()
  for (const chunk of output) {
    if (chunk.type !== 'chunk') continue
    for (const module of Object.keys(chunk.modules)) {
      const folder = packageOf(module)
      if (folder !== undefined) packages.set(folder, licenseOf(folder))
    }
  }
  return `${[...new Set(packages.values())].sort().join('\n')}`
}

function packageOf(module: string): string | undefined {
  const file = module.replace(/^\0(?:[a-z-]+:)*/, '').replace(/\?.*$/, '')
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]
}

function licenseOf(folder: string): string {
  const { name, license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly license?: string
    readonly licenses?: readonly { readonly type: string }[]
  }
  const file = readdirSync(folder).find((one) => /^licen[cs]e(?:\.|$|-mit)/i.test(one))
  const text = file === undefined ? '' : `${readFileSync(join(folder, file), 'utf8').trim()}\n`
  return `${name}\n${license ?? licenses?.map(({ type }) => type).join(' or ')}\n${text}`
}

rmSync(dist, { recursive: true, force: true })
const built = await bundle()
demandOnce(built)
for (const [name, { call }] of Object.entries(ENTRIES)) {
  const shebang = name === 'cli' ? '#!/usr/bin/env node\n' : ''
  const file = join(dist, `${name}.js`)
  writeFileSync(file, `${shebang}import { ${call} } from './lib/${name}.js'\nawait ${call}()\n`)
  chmodSync(file, 0o755)
}
writeFileSync(join(dist, 'licenses.txt'), licenses(built))
writeFileSync(join(dist, 'package.json'), '{ "type": "module" }\n')
for (const name of Object.keys(ENTRIES))
  if (!existsSync(join(dist, 'lib', `${name}.js`))) throw new Error(`the bundle has no lib/${name}.js`)
