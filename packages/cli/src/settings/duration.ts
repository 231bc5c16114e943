import { InvalidArgumentError } from 'commander'

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

function toMs(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,9})(ms|s|m|h|d|w)$/.exec(text) ?? []
  return count === undefined ? undefined : Number(count) * (UNITS_MS[unit] ?? 0)
}

/** `10m` in milliseconds. */
export function parseDuration(text: string): number {
  const ms = toMs(text.trim())
  if (ms !== undefined && ms > 0) return ms
  throw new InvalidArgumentError('write a number and ms, s, m, h, d or w, like 10m.')
}

/** `2h` (ago), `2026-11-01` (UTC) or a moment of RFC 3339, as RFC 3339. */
export function parseMoment(text: string): string {
  const ms = toMs(text.trim())
  if (ms !== undefined) return new Date(Date.now() - ms).toISOString()
  const isMoment = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/i.test(text)
  const time = isMoment ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time))
    throw new InvalidArgumentError('write 2h, 2026-11-01 (UTC) or 2026-11-01T08:00:00Z.')
  // A Date would cut it to milliseconds.
  return text.includes(':') && text.length > 17 ? text.replace(' ', 'T') : new Date(time).toISOString()
}
