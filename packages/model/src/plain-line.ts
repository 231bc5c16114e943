/** Control characters, and those that reorder text: from a server they could rewrite what the terminal shows. */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

const escapeUnit = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A text of strangers on one line of a terminal. */
export function toPlainLine(text: string): string {
  return text.replace(/\s*\r?\n\s*/g, ' ').replace(UNSAFE, escapeUnit)
}

/** JSON with the same characters escaped, which all stand in its strings: it means what it meant. */
export function toPlainJson(json: string): string {
  return json.replace(UNSAFE, (char) => (char === '\n' ? char : escapeUnit(char)))
}
