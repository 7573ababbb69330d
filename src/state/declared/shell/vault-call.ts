import type { SymbolicText } from '../symbolic-text.ts'

/** A call of `vault` or `bao`, cut into what it does and what it is given. */
export interface VaultCall {
  readonly verb: 'policy write' | 'write' | 'secrets enable' | 'auth enable'
  readonly args: readonly SymbolicText[]
  /** Flags without their dashes; a flag without a value has an empty one. */
  readonly flags: ReadonlyMap<string, SymbolicText | undefined>
}

/** Flags of the vault and bao commands that take no value; all others take the next word when there is no `=`. */
const SWITCHES = new Set(
  'force f local seal-wrap external-entropy-access tls-skip-verify output-curl-string output-policy non-interactive policy-override force-no-cache listing-visibility-unauth no-print help h'.split(
    ' ',
  ),
)

const SPEAKERS = new Set(['echo', 'printf', 'log', 'info', 'warn', 'error', 'grep', 'print', 'die', 'fail'])

/** Whether a text may hold a call that `readVaultCall` understands: a cheap test before any reading. */
export const VAULT_CALL =
  /\bpolicy\s+write\b|\b(?:secrets|auth)\s+enable\b|\bwrite\b[^\n]{0,300}(?:\\\r?\n[^\n]{0,300})?\b(?:auth|sys)\//

/** As `VAULT_CALL`, for the words of a call in a YAML list. */
export const VAULT_CALL_LIST =
  /\b(?:policy|secrets|auth)["']?\s*(?:,|\n\s*-)\s*["']?(?:write|enable)\b|\bwrite["']?\s*(?:,|\n\s*-)\s*["']?(?:auth|sys)\//

/**
 * Finds the call in a command's words: `vault …`, `/bin/bao …`, `kubectl exec … -- vault …`, `$VAULT_CMD …`, `run_vault …`.
 * Not in what is only said (`echo vault policy write …`).
 */
export function readVaultCall(words: readonly SymbolicText[]): VaultCall | undefined {
  if (SPEAKERS.has(words[0]?.value ?? '')) return undefined
  for (let at = 0; at < words.length - 1; at++) {
    const program = words[at]
    if (program === undefined || !isVault(program)) continue
    const first = words[at + 1]?.value
    const second = words[at + 2]?.value
    if (first === 'policy' && second === 'write') return call('policy write', words.slice(at + 3))
    if ((first === 'secrets' || first === 'auth') && second === 'enable')
      return call(`${first} enable`, words.slice(at + 3))
    if (first === 'write') return call('write', words.slice(at + 2))
  }
  return undefined
}

function isVault(word: SymbolicText): boolean {
  if (/\s/.test(word.value)) return false
  const name = word.value.split('/').at(-1) ?? ''
  return /^(?:vault|bao|openbao)$/.test(name) || /vault|bao/i.test(name)
}

function call(verb: VaultCall['verb'], words: readonly SymbolicText[]): VaultCall {
  const args: SymbolicText[] = []
  const flags = new Map<string, SymbolicText | undefined>()
  for (let at = 0; at < words.length; at++) {
    const word = words[at]
    if (word === undefined) break
    const flag = /^--?([A-Za-z][\w-]*)(=?)/.exec(word.value)
    if (flag === null || args.length > 1) {
      args.push(word)
      continue
    }
    const name = flag[1] ?? ''
    if (flag[2] === '=') flags.set(name, slice(word, flag[0].length))
    else if (SWITCHES.has(name)) flags.set(name, undefined)
    else {
      flags.set(name, words[at + 1])
      at++
    }
  }
  return { verb, args, flags }
}

function slice(word: SymbolicText, from: number): SymbolicText {
  return {
    value: word.value.slice(from),
    origins: word.origins.slice(from),
    holes: word.holes.filter((hole) => hole.at >= from).map((hole) => ({ ...hole, at: hole.at - from })),
  }
}
