import type { SourceFile } from '../../files/source-file.ts'
import { commandBlocks } from './command-blocks.ts'
import type { DeclaredPolicy } from './declared.ts'
import { type Harvest, type Reading, wholeSpan } from './harvest.ts'
import { type Fence, readMarkdownCode } from './markdown-fences.ts'
import { spanOfLine, wholeFile } from './placed-text.ts'
import { looksLikePolicy } from './policy-shape.ts'
import { fromPowerShell } from './shell/power-shell.ts'
import { readScript } from './shell/read-script.ts'
import type { Scope } from './shell/scope.ts'
import { TokenSection } from './shell/token-section.ts'
import { VAULT_CALL } from './shell/vault-call.ts'
import { WrittenFiles } from './shell/written-files.ts'
import { literalText } from './symbolic-text.ts'

const SHELL = new Set(['sh', 'bash', 'shell', 'zsh', 'console', 'terminal', 'shell-session', 'text', 'txt', ''])
/** Texts that may add to a policy are named up to this number. */
const MOST_NAMED = 3
const POWERSHELL = new Set(['powershell', 'pwsh', 'ps1'])
const POLICY = new Set(['hcl', 'terraform', 'tf', 'json', 'vault', 'text', 'txt', ''])

/** Reads the commands and policies in a Markdown text. The fences of one text are steps of one script: they share variables and files. */
export function readMarkdown(source: SourceFile, reading: Reading, harvest: Harvest): void {
  const { fences, inline, setOff } = readMarkdownCode(wholeFile(source.file, source.text))
  const written = new WrittenFiles()
  const section = new TokenSection()
  const additions = new Map<number, Fence[]>()
  for (const fence of fences) {
    const { language, content, fileName } = fence
    if (!POLICY.has(language) || !looksLikePolicy(content.text)) continue
    if (fileName === undefined) {
      additions.set(fence.section, [...(additions.get(fence.section) ?? []).slice(0, MOST_NAMED), fence])
      harvest.unnamed.push({
        text: content.text,
        spanOfLine: (line) => spanOfLine(content, line),
        span: wholeSpan(content),
        form: 'markdown',
      })
      continue
    }
    const text = { text: literalText(content.text, 0), placed: content }
    written.add(fileName, text)
    written.add(fileName.slice(fileName.lastIndexOf('/') + 1), text)
  }
  let outer: Scope | undefined
  const context = { source, form: 'markdown' as const, harvest, written, section, ...reading }
  for (const fence of fences) {
    const { language, content } = fence
    const isPowerShell = POWERSHELL.has(language)
    if (!(SHELL.has(language) || isPowerShell) || !isScript(content.text)) continue
    const before = harvest.policies.length
    outer = readScript(isPowerShell ? fromPowerShell(content) : content, {
      ...context,
      ...(outer === undefined ? {} : { outer }),
    })
    openBy(additions, fence.section, before, harvest)
  }
  for (const text of setOff)
    if (VAULT_CALL.test(text.text)) for (const block of commandBlocks(text)) readScript(block, context)
  for (const code of inline) if (VAULT_CALL.test(code.text)) readScript(code, { ...context, rolesOnly: true })
  section.settle(harvest)
}

function isScript(text: string): boolean {
  return VAULT_CALL.test(text) || /^\s*(?:export\s+)?[A-Za-z_]\w*=|<<|\bsecret\b/m.test(text)
}

/**
 * "Append these rules": a policy without a name, under the heading under which one is written, may be more of that one
 * (forms.md §7).
 */
function openBy(
  additions: ReadonlyMap<number, readonly Fence[]>,
  section: number,
  before: number,
  { policies }: Harvest,
): void {
  const here = additions.get(section) ?? []
  if (here.length === 0) return
  const lines = here.slice(0, MOST_NAMED).map(({ content }) => `the rules in line ${wholeSpan(content).line}`)
  const open = here.length > MOST_NAMED ? [...lines, 'other rules of the page'] : lines
  for (const [index, policy] of policies.entries()) if (index >= before) policies[index] = opened(policy, open)
}

function opened(policy: DeclaredPolicy, open: readonly string[]): DeclaredPolicy {
  const all = [...new Set([...(policy.open ?? []), ...open])]
  return { ...policy, open: all, unknown: [...new Set([...policy.unknown, ...all])] }
}
