import { elementTexts, memberTexts, toJsonText } from '@epr/model'

/** The members whose values are JSON of users. */
const CARRIED = new Set(['payload', 'schema'])

function keep(value: unknown, text: string): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const texts = elementTexts(text)
    return value.map((element: unknown, index) => keep(element, texts[index] ?? ''))
  }
  const texts = memberTexts(text)
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const source = texts.get(key) ?? ''
      return [key, CARRIED.has(key) ? toJsonText(source) : keep(member, source)]
    }),
  )
}

/** `JSON.parse` that carries every `payload` and `schema` as its source text. */
export function parseExactJson(text: string): unknown {
  return keep(JSON.parse(text), text)
}
