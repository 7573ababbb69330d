/** An action that prints nothing: control, comments, variables. */
const SILENT = /^\{\{-?\s*(?:(?:if|else|end|range|with|define|block|break|continue)\b|\/\*|\$\w*\s*:?=)/
const OPENS = /^\{\{-?\s*(?:if|range|with|define|block)\b/
const CLOSES = /^\{\{-?\s*end\b/
const KEY = /^(?:"([^"\\]+)"|'([^']+)'|([-._A-Za-z0-9]+))\s*:(?:\s|$)/

/**
 * The keys of a template that ESO renders and then parses as a map (`templateFrom` with `KeysAndValues`, or a `literal`). `undefined` where
 * only rendering tells: a key inside an action, or under `if`, `range`, `with` or `define` (consumers.md §3.3).
 */
export function literalKeys(text: string): readonly string[] | undefined {
  const keys: string[] = []
  let depth = 0
  for (const line of text.split('\n')) {
    const actions = line.match(/\{\{[\s\S]*?\}\}/g) ?? []
    // An action of several lines could print anything.
    if (line.replace(/\{\{[\s\S]*?\}\}/g, '').includes('{{')) return undefined
    const before = depth
    for (const action of actions) {
      if (OPENS.test(action)) depth++
      if (CLOSES.test(action)) depth = Math.max(0, depth - 1)
    }
    if (/^(?:\s|#|---|$)/.test(line)) continue
    const key = KEY.exec(line)
    if (key === null) {
      if (actions.length === 0 || actions.some((action) => !SILENT.test(action))) return undefined
      if (line.replace(/\{\{[\s\S]*?\}\}/g, '').trim() !== '') return undefined
      continue
    }
    if (before > 0) return undefined
    keys.push(key[1] ?? key[2] ?? key[3] ?? '')
  }
  return keys
}
