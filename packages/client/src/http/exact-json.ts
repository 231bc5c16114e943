import { lightenJson, toJsonText } from '@epr/model'

/** The members whose values are JSON of users. */
const CARRIED = new Set(['payload', 'schema'])

/** Puts the texts in the places where their numbers are. */
function carry(value: unknown, texts: readonly string[]): void {
  if (typeof value !== 'object' || value === null) return
  const members = value as Record<string, unknown>
  for (const [key, member] of Object.entries(members)) {
    if (!Array.isArray(value) && CARRIED.has(key)) members[key] = toJsonText(texts[Number(member)] ?? '')
    else carry(member, texts)
  }
}

/** `JSON.parse` that carries every `payload` and `schema` as its source text, which is not looked into. */
export function parseExactJson(text: string): unknown {
  const { rest, texts } = lightenJson(text, CARRIED)
  const value: unknown = JSON.parse(rest)
  carry(value, texts)
  return value
}
