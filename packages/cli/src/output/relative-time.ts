const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

const words = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'narrow' })

/** `3m ago`, as short as tables need it; a text that is not a moment stays as it is. */
export function toRelativeTime(moment: string, nowMs: number): string {
  const seconds = (Date.parse(moment) - nowMs) / 1_000
  if (Number.isNaN(seconds)) return moment
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? (['second', 1] as const)
  const count = Math.trunc(seconds / size)
  return count === 0 ? 'now' : words.format(count, unit)
}
