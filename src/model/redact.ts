const MASK = '***'

/** What any of the shapes below has in it; most texts have none of it, and are not held against each shape. */
const SUSPICIOUS = /\b(?:hv)?[sbr]\.|gh[pousr]_|github_pat_|:\/\/|-----BEGIN|eyJ|…/i

/**
 * Shapes of credentials, whoever issued them. Each is linear to match: no nested or adjoining repetition. Capitals do not matter: a name
 * at the beginning of a sentence has one.
 */
const SHAPES: readonly RegExp[] = [
  // Vault and OpenBao tokens, with or without a namespace suffix; `s.`, `b.` and `r.` are the older shape.
  /\bhv[sbr]\.[A-Za-z0-9_-]{12,}(?:\.[A-Za-z0-9]{1,16})?/gi,
  /\b[sbr]\.[A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9]{1,16})?/gi,
  // GitHub tokens.
  /\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{20,})/gi,
  // Credentials in a URL.
  /(?<=:\/\/)[^\s/@:]{1,256}:[^\s/@]{1,256}(?=@)/g,
]

/** What a JSON Web Token can stand in. */
const DOTTED = /[A-Za-z0-9_.-]{12,}/g

/** The same where a limit of length cut them off: what is left of a token is shorter, and still a part of it. */
const CUT_SHAPES: readonly RegExp[] = [
  /\bhv[sbr]\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9]*)?(?=…)/gi,
  /\b[sbr]\.[A-Za-z0-9_-]{8,}(?=…)/gi,
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*){0,2}(?=…)/g,
  /\b(?:gh[pousr]_[A-Za-z0-9]*|github_pat_[A-Za-z0-9_]*)(?=…)/gi,
  /(?<=:\/\/)[^\s/@:…]{1,256}:[^\s/@…]{1,256}(?=…)/g,
]
/** What everybody calls the token of a server in development: it hides nothing, and `--allow-root-token` could not be read any more. */
const DEVELOPMENT_TOKEN = 'root'
/** So much of a secret that was cut must be left for it to be known again. */
const SHORTEST_CUT = 6

const KEY_BEGIN = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/
const KEY_END = '-----END'

/**
 * Takes credentials out of a text that leaves the process (design §7): the given secrets, each of their lines, their
 * percent-encoded form, and anything that has the shape of a token, a JWT or a private key.
 *
 * A secret or line shorter than 4 characters is left alone: masking it would garble every message and hide nothing.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  return hide(text, secrets, () => MASK)
}

/** Names, paths and keys stand in a report again and again; longer texts hardly twice. */
const LONGEST_REMEMBERED = 200

/** `redact` with a list of secrets that may grow, for all texts of one run: each short one is looked through once. */
export function redaction(secrets: readonly string[]): (text: string) => string {
  const known = new Map<string, string>()
  let of = secrets.length
  return (text) => {
    // Without secrets a look costs less than remembering it.
    if (secrets.length === 0 || text.length > LONGEST_REMEMBERED) return redact(text, secrets)
    if (of !== secrets.length) {
      known.clear()
      of = secrets.length
    }
    let clean = known.get(text)
    if (clean === undefined) {
      clean = redact(text, secrets)
      known.set(text, clean)
    }
    return clean
  }
}

/** `redact` for a text whose lines and columns are pointed at: every character of a secret becomes a `*`, line breaks stay. */
export function redactInPlace(text: string, secrets: readonly string[] = []): string {
  return hide(text, secrets, (secret) => secret.replace(/[^\r\n]/g, '*'))
}

type Mask = (secret: string) => string

function hide(text: string, secrets: readonly string[], mask: Mask): string {
  let clean = text
  const known = pieces(secrets)
  for (const secret of known) clean = clean.replaceAll(secret, mask)
  if (!SUSPICIOUS.test(clean)) return clean
  clean = hidePrivateKeys(clean, mask)
  for (const shape of SHAPES) clean = clean.replace(shape, mask)
  if (clean.includes('eyJ')) clean = clean.replace(DOTTED, (run) => hideWebTokens(run, mask))
  if (!clean.includes('…')) return clean
  for (const shape of CUT_SHAPES) clean = clean.replace(shape, mask)
  return clean
    .split('…')
    .map((before, index, all) => (index === all.length - 1 ? before : hideBeginning(before, known, mask)))
    .join('…')
}

/**
 * JSON Web Tokens: a base64url header that begins with `{"`, a payload, and perhaps a signature. By its parts and not by one pattern,
 * which would begin anew at every dash and take time that grows with the square of the text.
 */
function hideWebTokens(run: string, mask: Mask): string {
  const parts = run.split('.')
  const clean: string[] = []
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] as string
    const at = part.search(/(?<![A-Za-z0-9_])eyJ[A-Za-z0-9_-]{5}/)
    if (at < 0 || (parts[index + 1] ?? '').length < 5) clean.push(part)
    else {
      const token = [part.slice(at), ...parts.slice(index + 1, index + 3)].join('.')
      clean.push(`${part.slice(0, at)}${mask(token)}`)
      index += 2
    }
  }
  return clean.join('.')
}

/** A secret whose beginning ends the text, because it was cut there. */
function hideBeginning(text: string, secrets: readonly string[], mask: Mask): string {
  for (const secret of secrets) {
    for (let length = Math.min(secret.length - 1, text.length); length >= SHORTEST_CUT; length -= 1) {
      if (!text.endsWith(secret.slice(0, length))) continue
      return text.slice(0, -length) + mask(text.slice(-length))
    }
  }
  return text
}

/** A run hides the same secrets in tens of thousands of texts; a list of them only grows. */
const made = new WeakMap<readonly string[], { readonly of: number; readonly pieces: readonly string[] }>()

function pieces(secrets: readonly string[]): readonly string[] {
  const known = made.get(secrets)
  if (known?.of === secrets.length) return known.pieces
  const all = piecesOf(secrets)
  made.set(secrets, { of: secrets.length, pieces: all })
  return all
}

/** Longest first, so that a secret which contains another one is not left in part. */
function piecesOf(secrets: readonly string[]): readonly string[] {
  const all = new Set<string>()
  for (const secret of secrets) {
    // Tools that know no multi-line secrets print them line by line (CVE-2021-32074 was that).
    for (const piece of [secret, ...secret.split(/\r?\n/)]) {
      for (const form of [piece, piece.trim(), encode(piece), JSON.stringify(piece).slice(1, -1)]) {
        if (form.length >= 4 && form !== DEVELOPMENT_TOKEN) all.add(form)
      }
    }
  }
  return [...all].sort((a, b) => b.length - a.length)
}

function encode(piece: string): string {
  try {
    return encodeURIComponent(piece)
  } catch {
    return piece // a lone surrogate has no encoded form
  }
}

function hidePrivateKeys(text: string, mask: Mask): string {
  let rest = text
  let clean = ''
  for (;;) {
    const begin = KEY_BEGIN.exec(rest)
    if (!begin) return clean + rest
    const end = rest.indexOf(KEY_END, begin.index + begin[0].length)
    const lineEnd = end < 0 ? -1 : rest.indexOf('-----', end + KEY_END.length)
    // A key without an end is hidden to the end of the text: what follows may be the key.
    const after = lineEnd < 0 ? rest.length : lineEnd + 5
    clean += rest.slice(0, begin.index) + mask(rest.slice(begin.index, after))
    rest = rest.slice(after)
  }
}

/** Passes every text of a plain value through `redact`, before anything wraps or escapes it. Names of fields and codes are ours. */
export function redactTexts<T>(value: T, redact: (text: string) => string): T {
  return walk(value, redact) as T
}

function walk(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return mapShared(value, (item) => walk(item, redact))
  if (typeof value !== 'object' || value === null) return value
  const names = Object.keys(value)
  let redacted: [string, unknown][] | undefined
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string
    const item = (value as Record<string, unknown>)[name]
    const own = name === 'code' ? item : walk(item, redact)
    if (own === item) continue
    redacted ??= Object.entries(value)
    redacted[index] = [name, own]
  }
  return redacted === undefined ? value : Object.fromEntries(redacted)
}

/** `items` themselves where `change` changes none of them: in a large report hardly anything is a secret. */
export function mapShared<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  let changed: T[] | undefined
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index] as T
    const own = change(item)
    if (own === item && changed === undefined) continue
    changed ??= items.slice(0, index)
    changed.push(own)
  }
  return changed ?? items
}
