import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const test = join(import.meta.dirname, '..')
/** Mutants of what is longer than this cost much and say little. */
const LONGEST = 20_000

function filesBelow(folder: string, ends: RegExp): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ends.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => readFileSync(file, 'utf8'))
    .filter((text) => text.length < LONGEST && text.trim() !== '')
}

function fixtures(ends: RegExp): string[] {
  return [join(test, 'rules'), join(test, '..', 'examples')].flatMap((folder) => filesBelow(folder, ends))
}

function rows(file: string): readonly Record<string, unknown>[] {
  const bytes = readFileSync(join(test, file))
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** What mutants are made of: the project's own fixtures and vectors. */
export const SEEDS = {
  manifests: () => fixtures(/(?<!kustomization|eso-vault)\.ya?ml$/),
  kustomizations: () => fixtures(/^kustomization\.ya?ml$/),
  policies: () => [
    ...fixtures(/\.hcl$/),
    ...rows('policy/vectors/policy-parse-vectors.jsonl').map(({ policy }) => String(policy)),
  ],
  scripts: () => fixtures(/\.sh$/),
  markdown: () => [...fixtures(/\.md$/), ...filesBelow(join(test, '..', 'docs'), /\.md$/)],
  terraform: () => fixtures(/\.tf$/),
  configs: () => fixtures(/^eso-vault\.yml$/),
  templates: () =>
    rows('eso/vectors/eso-templates.jsonl.gz')
      .slice(0, 1_500)
      .map(({ template }) => String(template)),
  properties: () =>
    rows('eso/vectors/eso-properties.jsonl.gz')
      .slice(0, 3_000)
      .map(({ property }) => String(property)),
  substitutions: () => [
    'kv/${A}/db',
    '${A:-${B:-c}}/x',
    '${A:=b}${A:?no}${A:+x}',
    '${A##*/}${A%%.*}${A#a?}${A%b*c}',
    '${A//a/b}${A/#a/b}${A/%a/b}${A/\\//_}',
    '${A:1:2}${A: -3}${A^^}${A,,}${#A}',
    '$${A} $A $$',
  ],
} as const
