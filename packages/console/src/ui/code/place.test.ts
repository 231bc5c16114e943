import { describe, expect, it } from 'vitest'
import { findPlace } from './place.js'

const at = (text: string, said: string): string => {
  const { from, to } = findPlace(text, said)
  return text.slice(from, to)
}

describe('the place that a sentence of the server is about', () => {
  const schema =
    '{"type": "object", "properties": {"a/b": {"items": {"type": 7}}, "a b": {"minLength": -1}, "p": {"pattern": "(?=x)"}},' +
    ' "$ref": "http://example.com/x.json", "required": "x", "allOf": [true, {"type": []}]}'

  it.each([
    ['schema/required must be array', '"x"'],
    ['schema/properties/a~1b/items/type must be array', '7'],
    ['schema/properties/a b/minLength must be >= 0', '-1'],
    ['schema/allOf/1/type must be array', '"type"'],
    ['schema/properties/none/type must be array', '"properties"'],
    ['schema must be object,boolean', '{'],
    ['pattern "(?=x)" cannot be used: lookaround "(?=" needs backtracking', '"(?=x)"'],
    [
      '$ref "http://example.com/x.json" cannot be resolved: it is neither in the schema nor known here',
      '"http://example.com/x.json"',
    ],
    ['it costs too much', '{'],
  ])('%s', (said, place) => expect(at(schema, said)).toBe(place))

  it('is the last of a repeated key, which counts', () =>
    expect(findPlace('{"a":1,"a":2}', 'payload/a must be string').from).toBe(11))

  it.each([
    ['{"type": "object",}', '}'],
    ['{"type": ', ':'],
    ['', ''],
    ['nul', 'n'],
  ])('is where %s ends to be JSON', (text, place) =>
    expect(at(text, 'the body is not valid JSON')).toBe(place),
  )
})
