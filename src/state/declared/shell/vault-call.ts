import { type SymbolicText, sliceText } from '../symbolic-text.ts'

/** A call of `vault` or `bao`, cut into what it does and what it is given. */
export interface VaultCall {
  readonly verb: 'policy write' | 'write' | 'secrets enable' | 'auth enable' | 'token create'
  readonly args: readonly SymbolicText[]
  /** Flags without their dashes, each with all its values; a flag without a value has an empty list. */
  readonly flags: ReadonlyMap<string, readonly SymbolicText[]>
  /** The program, where it is not known to be Vault's: it may write more than its words say, or something else. */
  readonly unsure?: string
}

/** Flags of the vault and bao commands that take no value; all others take the next word when there is no `=`. */
const SWITCHES = new Set(
  'force f local seal-wrap external-entropy-access tls-skip-verify output-curl-string output-policy non-interactive policy-override force-no-cache listing-visibility-unauth no-print orphan no-default-policy renewable help h'.split(
    ' ',
  ),
)

/** Commands that only say what stands behind them. */
export const SPEAKERS: ReadonlySet<string> = new Set(
  'echo printf log info warn warning error grep egrep rg print die fail say debug log_info log_warn log_error cat sed awk which'.split(
    ' ',
  ),
)

/** Whether a text may hold a call that is understood: a cheap test before any reading. */
export const VAULT_CALL =
  /\bpolicy\s+write\b|\b(?:secrets|auth)\s+enable\b|\btoken\s+create\b|\bwrite\b[^\n]{0,300}(?:\\\r?\n[^\n]{0,300})?(?:\b(?:auth|sys|identity)\/|\/roles?\/)|\/v1\/(?:sys\/(?:polic|auth|mounts)|auth\/|identity\/)|\broot_token\b|dev-root-token-id/

/** As `VAULT_CALL`, for the words of a call in a YAML list. */
export const VAULT_CALL_LIST =
  /\b(?:policy|secrets|auth)["']?\s*(?:,|\n\s*-)\s*["']?(?:write|enable)\b|\bwrite["']?\s*(?:,|\n\s*-)\s*["']?(?:auth|sys)\//

/** A path that only Vault has: whatever writes to it writes to Vault. */
const SHAPING_PATH = /^\/?(?:auth\/.+\/(?:role|users|groups)\/|sys\/polic(?:y|ies)\/|auth\/.+\/config$)/

/**
 * Finds the call in a command's words: `vault …`, `/bin/bao …`, `kubectl exec … -- vault …`, `$VAULT_CMD …`, `run_vault …`.
 * Not in what is only said (`echo vault policy write …`).
 */
export function readVaultCall(words: readonly SymbolicText[]): VaultCall | undefined {
  if (SPEAKERS.has(words[0]?.value ?? '')) return undefined
  for (let at = 0; at < words.length - 1; at++) {
    const program = words[at]
    const found = program !== undefined && isVault(program) ? callAt(words, at + 1) : undefined
    if (found !== undefined) return found
  }
  return unsureCall(words)
}

/** `x "$TOKEN" write auth/kubernetes/role/y …`: a program that is not known, and words that are Vault's. */
function unsureCall(words: readonly SymbolicText[]): VaultCall | undefined {
  for (let at = 1; at < words.length - 1; at++) {
    const verb = words[at]?.value
    const shaping =
      (verb === 'write' && SHAPING_PATH.test(words[at + 1]?.value ?? '')) ||
      (verb === 'policy' && words[at + 1]?.value === 'write' && words.length > at + 3)
    const found = shaping ? callAt(words, at) : undefined
    if (found !== undefined) return { ...found, unsure: words[0]?.value ?? '' }
  }
  return undefined
}

function callAt(words: readonly SymbolicText[], at: number): VaultCall | undefined {
  const first = words[at]?.value
  const second = words[at + 1]?.value
  if (first === 'policy' && second === 'write') return call('policy write', words.slice(at + 2))
  if ((first === 'secrets' || first === 'auth') && second === 'enable')
    return call(`${first} enable`, words.slice(at + 2))
  if (first === 'token' && second === 'create') return call('token create', words.slice(at + 2))
  return first === 'write' ? call('write', words.slice(at + 1)) : undefined
}

function isVault(word: SymbolicText): boolean {
  if (/\s/.test(word.value)) return false
  const name = word.value.split('/').at(-1) ?? ''
  return /^(?:vault|bao|openbao)$/.test(name) || /vault|bao/i.test(name)
}

function call(verb: VaultCall['verb'], words: readonly SymbolicText[]): VaultCall {
  const args: SymbolicText[] = []
  const flags = new Map<string, SymbolicText[]>()
  for (let at = 0; at < words.length; at++) {
    const word = words[at]
    if (word === undefined) break
    const flag = /^--?([A-Za-z][\w-]*)(=?)/.exec(word.value)
    if (flag === null || args.length > 1) {
      args.push(word)
      continue
    }
    const name = flag[1] ?? ''
    const values = flags.get(name) ?? []
    flags.set(name, values)
    if (flag[2] === '=') values.push(sliceText(word, flag[0].length))
    else if (!SWITCHES.has(name)) {
      const next = words[at + 1]
      if (next !== undefined) values.push(next)
      at++
    }
  }
  return { verb, args, flags }
}

/** The last value of a flag, as the command line takes it. */
export function flagOf({ flags }: VaultCall, name: string): SymbolicText | undefined {
  return flags.get(name)?.at(-1)
}
