/** How values are written in flags, in the environment and in `epr.yaml`, which the programs share. */

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
])

/** `10m` in milliseconds; undefined for what is not a duration. */
export function readDurationMs(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,9})(ms|s|m|h|d|w)$/.exec(text.trim()) ?? []
  return count === undefined ? undefined : Number(count) * (UNITS_MS.get(unit) ?? 0)
}

/** `true`, `false`, `1` or `0`; undefined for anything else. */
export function readBoolean(text: string): boolean | undefined {
  if (text === 'true' || text === '1') return true
  return text === 'false' || text === '0' ? false : undefined
}
