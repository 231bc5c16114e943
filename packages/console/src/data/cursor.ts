/** Whether one cursor stands behind another: texts of digits, which may not be exact as numbers. */
export const isBehind = (cursor: string, other: string): boolean =>
  cursor.length === other.length ? cursor > other : cursor.length > other.length
