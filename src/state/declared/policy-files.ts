import type { SourceFile } from '../../files/source-file.ts'
import type { DeclaredPolicy, TextlessPolicy } from './declared.ts'
import { fileLookup, lastSegment } from './file-lookup.ts'
import { type Harvest, type PolicyFile, type PolicyWrite, policyFact } from './harvest.ts'
import { isWhollyUnknown, lowerCaseName } from './partly-known.ts'
import { type PlacedText, placeAt, placedLines, wholeFile } from './placed-text.ts'
import { policyNamesOfFile } from './policy-shape.ts'

/**
 * Gives the policy files their names. Whatever writes a file says what it is called (`policy write NAME FILE`, Terraform's
 * `file()`); a file that nothing writes is called as it is named (field.md §4).
 */
export function nameFiles(
  files: readonly SourceFile[],
  harvest: Harvest,
): { readonly policies: DeclaredPolicy[]; readonly textless: TextlessPolicy[] } {
  const own = new Map<SourceFile, PolicyFile>(harvest.files.map((file) => [file.source, file]))
  const parts = harvest.files.map(({ source }) => source).filter((source) => !files.includes(source))
  const lookUp = fileLookup([...parts, ...files], harvest.packed)
  const policies: DeclaredPolicy[] = []
  const textless: TextlessPolicy[] = []
  const written = new Set<SourceFile>()
  for (const write of harvest.writes) {
    const found = lookUp(write.path, write.from)
    for (const source of found) {
      written.add(source)
      const file = own.get(source)
      policies.push(writtenPolicy(write, file?.placed ?? wholeFile(source.file, source.text), file?.form ?? 'hcl'))
    }
    if (found.length === 0 && !isWhollyUnknown(write.name, write.unknown)) textless.push(textlessOf(write))
  }
  const wanted = new Set(harvest.roles.flatMap((role) => role.policies ?? []))
  const taken = new Set([...harvest.policies, ...policies].map((policy) => policy.name))
  for (const { source, placed, form } of harvest.files) {
    if (written.has(source)) continue
    const names = policyNamesOfFile(source.relative)
    // `x-policy.hcl` is the text of `x` only where a role names `x` and nothing else is it.
    const name = names.find((candidate) => wanted.has(candidate) && !taken.has(candidate)) ?? names[0]
    policies.push(policyFact({ name: name ?? lastSegment(source.relative), unknown: [], placed, form, template: true }))
  }
  return { policies, textless }
}

function writtenPolicy(write: PolicyWrite, placed: PlacedText, form: PolicyFile['form']): DeclaredPolicy {
  const { name, unknown, span, variables, altered } = write
  const filled = variables === undefined ? placed : fillIn(placed, variables)
  return policyFact({
    name,
    unknown: altered === undefined ? unknown : [...unknown, `$(${altered})`],
    placed: filled,
    form,
    namedAt: span,
    template: true,
  })
}

/** `templatefile()` with the values that are known; lines stay where they are. */
function fillIn(placed: PlacedText, variables: Readonly<Record<string, string>>): PlacedText {
  const text = placed.text.replace(/\$\{\s*([A-Za-z_]\w*)\s*\}/g, (whole, name: string) => {
    const value = variables[name]
    return value === undefined || value.includes('\n') ? whole : value
  })
  return placedLines(placed.file, text, (line) => placeAt(placed, placed.lines[line - 1] ?? 0))
}

function textlessOf({ name, unknown, path, span, form }: PolicyWrite): TextlessPolicy {
  return { name: lowerCaseName(name, unknown), unknown, source: path, span, form }
}
