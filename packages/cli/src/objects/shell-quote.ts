/** A word as a shell takes it, whatever it holds (POSIX.1-2017, Shell Command Language, 2.2.2). */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
