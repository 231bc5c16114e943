import { SPAN_UNITS } from '@epr/model'

/** `3h 30m`, `2d 4h`, `12s`: a span of time in its two largest units, rounded down. */
export function toDuration(ms: number): string {
  const place = SPAN_UNITS.findIndex(([, length]) => ms >= length)
  if (place < 0) return '0s'
  const [first, second] = SPAN_UNITS.slice(place, place + 2)
  if (!first) return '0s'
  const whole = Math.floor(ms / first[1])
  const rest = second ? Math.floor((ms - whole * first[1]) / second[1]) : 0
  return second && rest > 0 ? `${whole}${first[0]} ${rest}${second[0]}` : `${whole}${first[0]}`
}
