import { expect, it } from 'vitest'
import { prefers } from './accept.js'
import { readCodings } from './body-reader.js'

it.each<[string | undefined, boolean]>([
  [undefined, false],
  ['', false],
  ['*/*', false],
  ['text/event-stream', true],
  ['Text/Event-Stream', true],
  ['text/event-stream; charset=utf-8', true],
  ['text/event-stream, */*', true],
  ['text/event-stream;q=0.5, */*;q=0.1', true],
  ['text/*', true],
  ['text/event-stream;q=0', false],
  ['text/event-stream;q=0.000', false],
  ['text/event-stream ; Q=0 , */*', false],
  ['text/*;q=1, text/event-stream;q=0', false],
  ['application/json, text/event-stream', false],
  ['application/json;q=0.5, text/event-stream', true],
  ['text/event-stream;q=0.5, application/json', false],
  ['text/event-stream;q=0.5, */*', false],
  ['application/*, text/event-stream', true],
  ['application/json;q=0, text/event-stream;q=0.1', true],
  ['text/event-streams', false],
  ['image/png', false],
  ['text/event-stream;q=x', true],
])('Accept: %s asks for the stream: %s', (accept, is) => {
  expect(prefers(accept, 'text/event-stream', 'application/json')).toBe(is)
})

it.each([
  ['gzip', ['gzip']],
  ['x-gzip', ['gzip']],
  [' GZIP ', ['gzip']],
  ['identity', []],
  ['', []],
  ['identity, gzip', ['gzip']],
  ['gzip, identity', ['gzip']],
  ['gzip,br', ['gzip', 'br']],
  ['deflate , , br', ['deflate', 'br']],
])('Content-Encoding: %j is %j', (header, codings) => {
  expect(readCodings(header)).toEqual(codings)
})

it.each(['zstd', 'compress', 'gzip, zstd', 'chunked', '*', 'gzip;q=1', 'br, br, br, br', 'constructor'])(
  'Content-Encoding: %s is not supported',
  (header) => {
    expect(() => readCodings(header)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_MEDIA_TYPE' }))
  },
)
