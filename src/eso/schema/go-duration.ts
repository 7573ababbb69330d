const DURATION = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/
const LONG = /^(\d+)\s*(d|w|y|day|days|week|weeks|hour|hours|hr|hrs|min|mins|minute|minutes|sec|secs|second|seconds)$/i

const HOURS: Readonly<Record<string, number>> = { d: 24, w: 24 * 7, y: 24 * 365 }

/** Whether Go's `time.ParseDuration` takes a text: `1h`, `1h30m`, `0`; not `1d`, not `60`. */
export function isGoDuration(text: string): boolean {
  return DURATION.test(text)
}

/** What to write for a duration that Go does not take: `1d` → `24h`, `60` → `60s`; `undefined` when nobody knows. */
export function asGoDuration(text: string): string | undefined {
  const trimmed = text.trim()
  if (isGoDuration(trimmed)) return trimmed
  if (/^\d+$/.test(trimmed)) return `${trimmed}s`
  const match = LONG.exec(trimmed)
  if (!match) return undefined
  const amount = Number(match[1])
  const unit = (match[2] ?? '').toLowerCase()[0] ?? ''
  const hours = HOURS[unit]
  return hours === undefined ? `${amount}${unit}` : `${amount * hours}h`
}
