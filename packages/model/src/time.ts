/** RFC 3339, section 5.6: `T` and `Z` may be lower case, a fraction of a second has any number of digits. */
const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/i

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const DAY_MS = 24 * 60 * MINUTE_MS

/** What an offset moves beyond the years 0001 to 9999 stays at their ends. */
const FIRST = '0001-01-01T00:00:00.000Z'
const LAST = '9999-12-31T23:59:59.999999Z'

/**
 * Reads a moment of RFC 3339, all of it and nothing else: an impossible day, an hour 24, a 60th second that is not a leap
 * second (the last of a month, UTC) are not moments, and neither is one in the year 0000, which databases do not have.
 *
 * @returns the moment in UTC, to the microsecond, rounded up: what is at or after the one is at or after the other.
 *   Undefined for what is not a moment
 */
export function readTime(text: string): string | undefined {
  const [, year = '', month, day, hour, minute, second, fraction = '', sign, ...offset] =
    DATE_TIME.exec(text) ?? []
  if (year === '' || year === '0000') return undefined
  const startMs = startOfDay(Number(year), Number(month), Number(day))
  const [offsetHour, offsetMinute] = [Number(offset[0] ?? 0), Number(offset[1] ?? 0)]
  if (startMs === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60)
    return undefined
  if (offsetHour > 23 || offsetMinute > 59) return undefined
  const offsetMs = (offsetHour * 60 + offsetMinute) * MINUTE_MS * (sign === '-' ? -1 : 1)
  const minuteMs = startMs + (Number(hour) * 60 + Number(minute)) * MINUTE_MS - offsetMs
  if (second === '60' && !endsMonth(minuteMs)) return undefined
  return toText(minuteMs + Number(second) * SECOND_MS, toMicros(fraction))
}

/** Whether a text is a moment of RFC 3339, that of the year 0000 too, where it is not compared with others. */
export const isTime = (text: string): boolean => readTime(text.replace(/^0000(?=-)/, '0004')) !== undefined

/** When a day begins in UTC, undefined for one that there is not. */
function startOfDay(year: number, month: number, day: number): number | undefined {
  // Not by Date.UTC, which takes the year 50 for 1950.
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined
}

/** Whether a minute is the last of a month: leap seconds are added at its end (RFC 3339, section 5.7). */
function endsMonth(minuteMs: number): boolean {
  return (minuteMs + MINUTE_MS) % DAY_MS === 0 && new Date(minuteMs + MINUTE_MS).getUTCDate() === 1
}

/** Digits behind the point as microseconds, 0 to 1,000,000: rounded up. */
function toMicros(fraction: string): number {
  return Number(fraction.slice(0, 6).padEnd(6, '0')) + (/[1-9]/.test(fraction.slice(6)) ? 1 : 0)
}

function toText(secondMs: number, micros: number): string {
  const text = new Date(secondMs + Math.floor(micros / 1_000)).toISOString()
  if (/^(?:-|0000)/.test(text)) return FIRST
  if (text.startsWith('+')) return LAST
  const rest = micros % 1_000
  return rest === 0 ? text : text.replace('Z', `${String(rest).padStart(3, '0')}Z`)
}
