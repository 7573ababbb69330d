import { expect } from 'vitest'
import { parseYaml } from '../../../src/files/yaml/parse-yaml.ts'
import type { Span } from '../../../src/model/span.ts'
import type { Provenance } from '../../../src/model/vault-state.ts'
import type { Declared, DeclaredPolicy } from '../../../src/state/declared/declared.ts'
import { readDeclared } from '../../../src/state/declared/read-declared.ts'

/** Reads files given as `path: text`; all under one root. */
export function declare(files: Readonly<Record<string, string>>): Declared {
  return readDeclared(
    Object.entries(files).map(([relative, text]) => ({ file: relative, root: '/repo', relative, text })),
    { parse: (file, text) => parseYaml({ file, text }).documents },
  )
}

/** `file:line` of a fact. */
export function placeOf({ provenance }: { readonly provenance: Provenance }): string {
  if (provenance.from !== 'git') throw new Error('not from Git')
  return `${provenance.span.file}:${provenance.span.line}`
}

/** What stands at a span (of one line) in the files. */
function textAt(files: Readonly<Record<string, string>>, span: Span): string {
  const line = (files[span.file] ?? '').replace(/^\uFEFF/, '').split(/\r?\n/)[span.line - 1] ?? ''
  return line.slice(span.column - 1, span.endColumn - 1)
}

/** Every line of the policy's text stands in its file where `spanOfLine` says, to the column. */
export function expectExactPlaces(files: Readonly<Record<string, string>>, policy: DeclaredPolicy): void {
  for (const [index, line] of policy.text.split('\n').entries())
    if (line.trim() !== '') expect(textAt(files, policy.spanOfLine(index + 1))).toBe(line.trim())
}

export function policyNamed(declared: Declared, name: string): DeclaredPolicy {
  const policy = declared.state.policies.find((candidate) => candidate.name === name)
  if (policy === undefined)
    throw new Error(`no policy ${name} among ${declared.state.policies.map((each) => each.name).join(', ')}`)
  return policy
}
