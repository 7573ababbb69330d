/**
 * OpenBao's `expiration`: RFC 3339, a date, Unix seconds, or a duration from now (`+1h`). `undefined` when it is none
 * (vault.md §1.4, P37, P38).
 */
export function parseAbsoluteTime(text: string, now: Date): Date | undefined {
  const relative = /^\+(.+)$/.exec(text)
  if (relative?.[1]) return relativeTime(relative[1], now)
  if (/^\d+$/.test(text)) return new Date(Number(text) * 1000)
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text)) return undefined
  const time = new Date(text.length === 10 ? `${text}T00:00:00Z` : text.replace(' ', 'T'))
  return Number.isNaN(time.getTime()) ? undefined : time
}

function relativeTime(duration: string, now: Date): Date | undefined {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration)
  if (!match?.[0]) return undefined
  const [hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0))
  return new Date(now.getTime() + (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000)
}
