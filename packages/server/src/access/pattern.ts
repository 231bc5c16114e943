/** Whether a text is the one that a pattern says; with `*` at its end, whether it begins so. */
export const matchesPattern = (pattern: string, text: string): boolean =>
  pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern
