/** What an `Accept` says of a media type: how much it is wanted, 0 to 1, and how exactly it is meant. */
interface Wish {
  quality: number
  /** 0 for any type at all, 1 for any of its kind, 2 for just this one. */
  precision: number
}

const UNWANTED: Wish = { quality: 0, precision: -1 }

/** RFC 9110, section 12.4.2: three digits at most; what is not one counts as 1. */
function qualityOf(parameters: readonly string[]): number {
  const [, quality] =
    parameters.map((text) => /^\s*q\s*=\s*(.*?)\s*$/i.exec(text)).find((found) => found) ?? []
  return quality !== undefined && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(quality) ? Number(quality) : 1
}

/** The most exact range that a media type falls under counts (section 12.5.1). */
function wishFor(accept: string, mediaType: string): Wish {
  const ranges = ['*/*', mediaType.replace(/\/.*/, '/*'), mediaType]
  let wish = UNWANTED
  for (const part of accept.split(',')) {
    const [range = '', ...parameters] = part.split(';')
    const precision = ranges.indexOf(range.trim().toLowerCase())
    if (precision > wish.precision) wish = { quality: qualityOf(parameters), precision }
  }
  return wish
}

/**
 * Whether `Accept` asks for `mediaType` rather than for `usual`, which is given whenever it does not say clearly what else:
 * one who wants neither gets it too (section 12.5.1 allows that, and says no more of 406).
 */
export function prefers(accept: string | undefined, mediaType: string, usual: string): boolean {
  const [wish, other] = [wishFor(accept ?? '*/*', mediaType), wishFor(accept ?? '*/*', usual)]
  if (wish.quality === 0) return false
  return wish.quality > other.quality || (wish.quality === other.quality && wish.precision > other.precision)
}
