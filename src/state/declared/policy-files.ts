import type { SourceFile } from '../../files/source-file.ts'
import { nearestName } from '../../model/nearest-name.ts'
import type { DeclaredPolicy, TextlessPolicy } from './declared.ts'
import { fileLookup, lastSegment } from './file-lookup.ts'
import { type Harvest, type PolicyFile, type PolicyWrite, policyFact } from './harvest.ts'
import { isWhollyUnknown, lowerCaseName } from './partly-known.ts'
import { type PlacedText, spanOfLine, wholeFile } from './placed-text.ts'
import { POLICY_SUFFIXES, policyNamesOfFile } from './policy-shape.ts'

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
  const absent: PolicyWrite[] = []
  const written = new Set<SourceFile>()
  for (const write of harvest.writes) {
    const found = lookUp(write.path, write.from)
    for (const source of found) {
      written.add(source)
      const file = own.get(source)
      policies.push(writtenPolicy(write, file?.placed ?? wholeFile(source.file, source.text), file?.form ?? 'hcl'))
    }
    if (found.length === 0 && !isWhollyUnknown(write.name, write.unknown)) absent.push(write)
  }
  const wanted = new Set(harvest.roles.flatMap((role) => role.policies ?? []))
  const taken = new Set([...harvest.policies, ...policies].map((policy) => policy.name))
  for (const { source, placed, form } of harvest.files) {
    if (written.has(source)) continue
    const names = policyNamesOfFile(source.relative)
    // `x-policy.hcl` is the text of `x` only where a role names `x` and nothing else is it.
    const name = names.find((candidate) => wanted.has(candidate) && !taken.has(candidate)) ?? names[0]
    policies.push(
      policyFact({ name: name ?? lastSegment(source.relative), unknown: [], placed, form, template: templateOf(form) }),
    )
  }
  const open = harvest.files.filter(({ source }) => !written.has(source))
  return { policies, textless: absent.map((write) => textlessOf(write, open)) }
}

function writtenPolicy(write: PolicyWrite, placed: PlacedText, form: PolicyFile['form']): DeclaredPolicy {
  const { name, unknown, span, filled, altered, assumed = [], vaultNamespace } = write
  return policyFact({
    name,
    unknown: [...unknown, ...(filled?.unknown ?? []), ...(altered === undefined ? [] : [`$(${altered})`])],
    placed: filled?.placed ?? placed,
    form,
    namedAt: span,
    namedBy: write.form,
    assumed,
    template: templateOf(form),
    ...(vaultNamespace === undefined ? {} : { vaultNamespace }),
  })
}

/** A file of its own is seldom a template of Helm or Jinja. */
function templateOf(form: PolicyFile['form']): true | 'script' {
  return form === 'hcl' ? 'script' : true
}

function textlessOf(write: PolicyWrite, open: readonly PolicyFile[]): TextlessPolicy {
  const { name, unknown, path, span, form, vaultNamespace } = write
  const meant = meantFile(path, open)
  return {
    name: lowerCaseName(name, unknown),
    unknown,
    source: path,
    ...(meant === undefined ? {} : { meant }),
    span,
    form,
    ...(vaultNamespace === undefined ? {} : { vaultNamespace }),
  }
}

/** A policy file that nothing writes and that is called nearly as the path says: `reader.hcl` for `reader.hcl.hcl`. */
function meantFile(path: string, open: readonly PolicyFile[]): TextlessPolicy['meant'] {
  const wanted = lastSegment(path)
  if (wanted.includes('${') || !/\.\w+$/.test(wanted)) return undefined
  const stem = (file: string) => lastSegment(file).replace(POLICY_SUFFIXES, '').toLowerCase()
  const same = open.filter(({ source }) => stem(source.relative) === stem(wanted))
  const near = nearestName(
    wanted,
    open.map(({ source }) => lastSegment(source.relative)),
  )
  const files = same.length > 0 ? same : open.filter(({ source }) => lastSegment(source.relative) === near)
  const [file] = files
  if (file === undefined || files.length > 1) return undefined
  return { name: lastSegment(file.source.relative), span: spanOfLine(file.placed, 1) }
}
