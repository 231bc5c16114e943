/**
 * The last place at or before `at` that is between two characters: a cut inside a surrogate pair leaves halves of which UTF-8
 * knows nothing (Unicode 16.0, section 3.9, D91).
 *
 * @param at in UTF-16 units, as `slice` counts
 */
export function characterBoundary(text: string, at: number): number {
  const isInside = /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(Math.max(0, at - 1), at + 1))
  return at > 0 && isInside ? at - 1 : at
}

/** A text of at most `max` UTF-16 units; of a longer one the beginning, in whole characters, and `…`. */
export function shorten(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, characterBoundary(text, max - 1))}…`
}
