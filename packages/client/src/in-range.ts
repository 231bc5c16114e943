import { EprError } from '@epr/model'

/** @throws EprError INVALID_ARGUMENT for a value out of range, also for NaN; the text does not show it */
export function inRange(name: string, value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value
  throw new EprError('INVALID_ARGUMENT', `${name} must be a number from ${min} to ${max}`)
}
