import type { SourceFile } from '../../files/source-file.ts'
import { type Harvest, type Reading, wholeSpan } from './harvest.ts'
import { readMarkdownCode } from './markdown-fences.ts'
import { spanOfLine, wholeFile } from './placed-text.ts'
import { looksLikePolicy } from './policy-shape.ts'
import { readScript } from './shell/read-script.ts'
import type { Scope } from './shell/scope.ts'
import { VAULT_CALL } from './shell/vault-call.ts'
import { WrittenFiles } from './shell/written-files.ts'
import { literalText } from './symbolic-text.ts'

const SHELL = new Set(['sh', 'bash', 'shell', 'zsh', 'console', 'terminal', 'shell-session', 'text', 'txt', ''])
const POLICY = new Set(['hcl', 'terraform', 'tf', 'json', 'vault', 'text', 'txt', ''])

/** Reads the commands and policies in a Markdown text. The fences of one text are steps of one script: they share variables and files. */
export function readMarkdown(source: SourceFile, reading: Reading, harvest: Harvest): void {
  const { fences, inline } = readMarkdownCode(wholeFile(source.file, source.text))
  const written = new WrittenFiles()
  for (const { language, content, fileName } of fences) {
    if (!POLICY.has(language) || !looksLikePolicy(content.text)) continue
    if (fileName === undefined) {
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
  const context = { source, form: 'markdown' as const, harvest, written, ...reading }
  for (const { language, content } of fences)
    if (
      SHELL.has(language) &&
      (VAULT_CALL.test(content.text) || /^\s*(?:export\s+)?[A-Za-z_]\w*=|<</m.test(content.text))
    )
      outer = readScript(content, { ...context, ...(outer === undefined ? {} : { outer }) })
  for (const code of inline) if (VAULT_CALL.test(code.text)) readScript(code, { ...context, mountsOnly: true })
}
