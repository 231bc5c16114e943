/** Values as they may be written in `epr.yaml`, which all programs read alike; null for those that none takes. */

export const DURATION_CASES: readonly (readonly [written: string, ms: number | null])[] = [
  ['300ms', 300],
  ['5s', 5_000],
  ['10m', 600_000],
  [' 2h ', 7_200_000],
  ['1d', 86_400_000],
  ['2w', 1_209_600_000],
  ['5', null],
  ['-1s', null],
  ['1.5h', null],
  ['1y', null],
  ['soon', null],
]

export const BOOLEAN_CASES: readonly (readonly [written: string, value: boolean | null])[] = [
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
  ['yes', null],
  ['2', null],
]
