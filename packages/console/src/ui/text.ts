/**
 * Strangers' text as it is safe to look at: what steers a screen or turns the direction of writing is shown as its code
 * (Unicode TR36, section 2.1).
 */
export function visible(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

export const count = (number: number): string => number.toLocaleString('en-US')

/** `84 B`, `3.9 MB`. */
export function bytes(size: number): string {
  if (size < 1_000) return `${size} B`
  const [value, unit] =
    size < 1_000_000 ? [size / 1_000, 'kB'] : size < 1e9 ? [size / 1e6, 'MB'] : [size / 1e9, 'GB']
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`
}
