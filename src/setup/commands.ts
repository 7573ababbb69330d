import { shellWord } from '../model/shell-word.ts'
import { type Step, type Write, writes } from './step.ts'

export type Cli = 'vault' | 'bao'

/**
 * The steps as commands for people who run them by hand: one command for each request that apply would send. Every value is quoted
 * for a POSIX shell, and the reviewer's token is read from a file. `base`: the Vault namespace of the settings, where a step names
 * none.
 */
export function commandsOf(steps: readonly Step[], cli: Cli, base = ''): string[] {
  return steps.flatMap((step) => {
    const shown = writes(step) || step.action === 'not-checked'
    return shown && step.write !== undefined ? [commandOf(step, step.write, cli, base)] : []
  })
}

function commandOf(step: Step, write: Write, cli: Cli, base: string): string {
  const inside = step.namespace || base
  const namespace = inside === '' ? [] : [`-namespace=${inside}`]
  const line = (...words: string[]) => [cli, ...words].map(shellWord).join(' ')
  switch (step.kind) {
    case 'kv-mount': {
      const { version } = write.body.options as { version: string }
      return line(
        'secrets',
        'enable',
        ...namespace,
        `-path=${behind(write, 'sys/mounts/')}`,
        `-version=${version}`,
        'kv',
      )
    }
    case 'auth-mount':
      return line('auth', 'enable', ...namespace, `-path=${behind(write, 'sys/auth/')}`, String(write.body.type))
    case 'policy': {
      const text = String(write.body.policy)
      const end = delimiter(text)
      const name = behind(write, 'sys/policies/acl/')
      // What begins with a dash would be taken for a flag, and `-address` would send the token elsewhere.
      const head = line('policy', 'write', ...namespace, ...(name.startsWith('-') ? ['--'] : []), name, '-')
      // A here-document ends with a line feed; the text has one or gets one, which says nothing in a policy.
      return `${head} <<'${end}'\n${text}${text.endsWith('\n') ? '' : '\n'}${end}`
    }
    case 'auth-config':
    case 'role': {
      const head = line('write', ...namespace, write.path)
      const token = write.withReviewerToken ? ['token_reviewer_jwt=@reviewer-token'] : []
      const fields = Object.entries(write.body)
      if (fields.some(([, value]) => !isPairValue(value))) {
        return `${[head, '-', ...token].join(' ')} <<'JSON'\n${JSON.stringify(write.body, null, 2)}\nJSON`
      }
      const pairs = [...fields.map(([field, value]) => `${field}=${cliValue(value)}`), ...token]
      return [head, ...pairs.map(shellWord)].join(' \\\n  ')
    }
  }
}

function behind({ path }: Write, prefix: string): string {
  return path.slice(prefix.length)
}

/** Whether the CLI takes `field=value` for this value: `-` alone is standard input, and a comma parts the items of a list. */
function isPairValue(value: unknown): boolean {
  if (!Array.isArray(value)) return value !== '-'
  return !value.some((item) => String(item).includes(',')) && !(value.length === 1 && value[0] === '-')
}

/** A list becomes a text with commas. `@` at the start would name a file to the CLI. */
function cliValue(value: unknown): string {
  const text = Array.isArray(value)
    ? value.map(String).join(',')
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)
  return text.startsWith('@') ? `\\${text}` : text
}

/** A line that does not stand in the text. */
function delimiter(text: string): string {
  const lines = new Set(text.split('\n'))
  for (let number = 0; ; number += 1) {
    const candidate = number === 0 ? 'POLICY' : `POLICY_${number}`
    if (!lines.has(candidate)) return candidate
  }
}
