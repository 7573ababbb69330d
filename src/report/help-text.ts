import { COMMANDS } from '../settings/arguments.ts'
import { INPUTS, type InputSpec } from '../settings/input-table.ts'
import type { Command } from '../settings/settings.ts'
import { wrap } from './display-width.ts'

/** Columns of the help text. */
const HELP_WIDTH = 100

/** The text of `--help`. */
export function helpText(command?: Command): string {
  const usage =
    command === 'explain'
      ? 'eso-vault explain [file[:line] | kind/namespace/name] [options]'
      : command === 'access'
        ? 'eso-vault access (kv/path | --namespace name) [options]'
        : command === 'rotate'
          ? 'eso-vault rotate kv/path [options]'
          : `eso-vault ${command ?? '[command]'} [path…] [options]`
  const commands = Object.entries(COMMANDS).map(([name, about]) => `  ${name.padEnd(12)}${about}`)
  const width = 26
  const options = INPUTS.filter((input) => input.name !== 'mode').map((input) => {
    const flag = `--${input.name}${valueHint(input)}`
    return option(flag, firstSentence(input.description), width)
  })
  return [
    `Usage: ${usage}`,
    '',
    ...(command === undefined ? ['Commands:', ...commands] : [`${command}: ${COMMANDS[command]}.`]),
    '',
    'Options:',
    option('--format <format>', 'text (default), json, sarif, markdown, code-quality, junit or html', width),
    ...(command === 'ci-policy'
      ? [option('--for <check|snapshot>', 'what the token is for; default check', width)]
      : []),
    option('--timings', 'how long each stage of the run took', width),
    option('--no-color', 'no colours; NO_COLOR does the same', width),
    ...options,
    option('-h, --help', 'this text', width),
    option('-V, --version', 'the version', width),
    '',
    'Exit codes: 0 clean, 1 findings, 2 wrong input, 3 a check asked for could not run, 70 a bug.',
    'Give secrets by the environment (VAULT_TOKEN, BAO_TOKEN): other users can see a command line.',
    '',
  ].join('\n')
}

function valueHint({ format }: InputSpec): string {
  if (format.is === 'boolean') return ''
  if (format.is === 'lines') return ' <item>…'
  return format.is === 'choice' && format.of.length < 4 ? ` <${format.of.join('|')}>` : ' <value>'
}

function option(flag: string, about: string, width: number): string {
  const start = `  ${flag}`
  const indent = ' '.repeat(width + 4)
  const lines = wrap(about, HELP_WIDTH - indent.length)
  const tail = lines.slice(1).map((line) => `\n${indent}${line}`)
  const lead = start.length > width + 2 ? `${start}\n${indent}` : start.padEnd(width + 4)
  return `${lead}${lines[0]}${tail.join('')}`
}

/** The first sentence; backticks are for Markdown. A colon or a dot inside of words ends none. */
function firstSentence(text: string): string {
  return (text.match(/^.*?\.(?=\s[A-Z`]|$)/)?.[0] ?? text).replaceAll('`', '').replace(/\.$/, '')
}
