const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})$/

/** OpenBao's `expiration`: RFC 3339 (with an hour of one digit, as Go reads it) or Unix seconds; `undefined` when neither. */
export function parseAbsoluteTime(text: string): Date | undefined {
  if (/^\d+$/.test(text)) return new Date(Number(text) * 1000)
  const match = RFC_3339.exec(text)
  if (!match) return undefined
  const [, year = '', month = '', day = '', hour = '', minute, second, fraction = '0', zone] = match
  if (Number(day) > daysIn(Number(year), Number(month))) return undefined
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0')
  const time = new Date(`${year}-${month}-${day}T${hour.padStart(2, '0')}:${minute}:${second}.${milliseconds}${zone}`)
  return Number.isNaN(time.getTime()) ? undefined : time
}

/** `month` from 1. */
function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}
