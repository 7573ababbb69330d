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
    plugins: [withoutUnused],
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

/**
 * Parts of packages that nothing here needs: a thousand media types, for forms with files that an HTTP client could send; a method for each
 * of GitHub's routes, which are called by their templates; a second parser of HTTP, the same one for processors that have SIMD; and what
 * node-vault loads and is given otherwise (`state/live/client.ts`): its HTTP client, its checks of arguments and its table of commands.
 */
const UNUSED: Readonly<Record<string, string>> = {
  '/mime-db/index.js': 'module.exports = {}',
  '/plugin-rest-endpoint-methods/dist-src/generated/endpoints.js': 'export default {}',
  '/axios/dist/node/axios.cjs': 'module.exports = {}',
  '/mustache/mustache.js': 'module.exports = {}',
  '/node-vault/src/commands.js': 'module.exports = {}',
  '/tv4/tv4.js': 'module.exports = {}',
  '/undici/lib/llhttp/llhttp_simd-wasm.js': "module.exports = require('./llhttp-wasm.js')",
}
const unused = (id: string) => Object.keys(UNUSED).find((end) => id.endsWith(end))

const withoutUnused: Plugin = {
  name: 'without-unused',
  load: (id) => {
    const end = unused(id)
    return end === undefined ? undefined : UNUSED[end]
  },
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

/**
 * The packages that a build took something of, each with its license and who holds the rights; then the texts of the licenses, of which
 * most packages have the same.
 */
function licenses({ output }: RolldownOutput): string {
  const folders = output.flatMap((chunk) =>
    chunk.type === 'chunk' ? Object.keys(chunk.modules).flatMap((module) => packageOf(module) ?? []) : [],
  )
  const packages = new Map<string, string>()
  const texts = new Map<string, string>()
  for (const folder of new Set(folders)) {
    const { name, license, rights, text } = licenseOf(folder)
    // Texts that differ in how their lines are broken are one.
    const key = text.replace(/\s+/g, ' ')
    if (text !== '' && !texts.has(key)) texts.set(key, text)
    const at = text === '' ? '' : ` (text ${[...texts.keys()].indexOf(key) + 1})`
    packages.set(`${name}\n${license}${at}\n${rights.map((line) => `${line}\n`).join('')}`, name)
  }
  const told = [...packages.keys()].sort()
  return `${told.join('\n')}\n${[...texts.values()].map((text, at) => `Text ${at + 1}:\n\n${text}\n`).join('\n')}`
}

function packageOf(module: string): string | undefined {
  const file = module.replace(/^\0(?:[a-z-]+:)*/, '').replace(/\?.*$/, '')
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]
}

function licenseOf(folder: string) {
  const { name, license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly license?: string
    readonly licenses?: readonly { readonly type: string }[]
  }
  const file = readdirSync(folder).find((one) => /^licen[cs]e(?:\.|$|-mit)/i.test(one))
  const lines = file === undefined ? [] : readFileSync(join(folder, file), 'utf8').split(/\r?\n/)
  const isRights = (line: string) => /^[\s#*]*copyright\b.*(?:\(c\)|©|\d{4})/i.test(line)
  return {
    name,
    license: license ?? licenses?.map(({ type }) => type).join(' or ') ?? 'license not told',
    rights: lines.filter(isRights).map((line) => line.replace(/^[\s#*]+/, '').trim()),
    text: lines
      .filter((line) => !isRights(line))
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
  }
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
