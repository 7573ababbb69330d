import type { SourceFile } from '../../files/source-file.ts'
import { type PlacedText, wholeFile } from './placed-text.ts'
import { fromPowerShell } from './shell/power-shell.ts'

/** Whether a file is a script, by its name or its first line. */
export function isShellFile({ relative, text }: SourceFile): boolean {
  if (/\.(?:sh|bash|zsh|ksh|ps1)(?:\.(?:tpl|tftpl|tmpl|j2))?$/.test(relative)) return true
  return !/\.[^/]*$/.test(relative) && /^#!.*\b(?:ba|da|a|z|k)?sh\b/.test(text)
}

export function wholeScript(source: SourceFile): PlacedText {
  const whole = wholeFile(source.file, source.text)
  return source.relative.endsWith('.ps1') ? fromPowerShell(whole) : whole
}
