import { describe, expect, it } from 'vitest'
import { readCloudEvents } from './read-cloud-events.js'

const HEADERS = ['CE-SpecVersion', '1.0', 'ce-id', '1', 'ce-source', '/s', 'ce-type', 't']

/** The CloudEvent of a request in binary mode with these headers beside the required ones. */
async function read(headers: readonly string[], body: string | Uint8Array = '') {
  const found = await readCloudEvents({ rawHeaders: [...HEADERS, ...headers], body: Buffer.from(body) })
  return 'one' in found ? (found.one.value as Record<string, unknown>) : found.many
}

const latin1 = (text: string): string => Buffer.from(text).toString('latin1')

describe('a header in binary mode', () => {
  it.each([
    ['plain', 'plain'],
    ['caf%C3%A9', 'café'],
    ['caf%c3%a9', 'café'],
    [latin1('café'), 'café'],
    [latin1('🎸 %F0%9F%8E%B8'), '🎸 🎸'],
    ['100%', '100%'],
    ['%zz', '%zz'],
    ['%25C3', '%C3'],
    ['a,b', 'a,b'],
    ['"a b"', 'a b'],
    ['"a \\"b\\" %22c%22"', 'a "b" "c"'],
    ['', ''],
  ])('%j is the value %j', async (sent, value) => {
    expect(await read(['ce-x', sent])).toMatchObject({ x: value })
  })

  it.each([
    ['is not UTF-8', ['ce-x', 'caf\xe9'], /^x is not UTF-8/],
    ['is half UTF-8', ['ce-x', '\xc3'], /^x is not UTF-8/],
    ['is percent-encoded, but not as UTF-8', ['ce-x', '%FF'], /^x is percent-encoded/],
    ['is a control character', ['ce-x', 'a%0Ab'], /^x must not contain control/],
    ['is NUL', ['ce-x', '%00'], /^x must not contain control/],
    ['comes twice', ['ce-x', 'a', 'CE-X', 'b'], /^x is sent twice/],
    ['comes twice alike', ['ce-x', 'a', 'ce-x', 'a'], /^x is sent twice/],
    ['comes twice, and is required', ['ce-id', '2'], /^id is sent twice/],
    ['is data', ['ce-data', 'x'], /^ce-data is not an attribute/],
    ['is data_base64', ['ce-data_base64', 'AP8='], /^ce-data_base64 is not an attribute/],
    ['is datacontenttype', ['ce-datacontenttype', 'text/xml'], /^ce-datacontenttype is not an attribute/],
    ['has a name that is not one', ['ce-odd-name', 'x'], /^odd-name is not the name/],
    ['has no name', ['ce-', 'x'], /is not the name/],
    ['is an empty subject', ['ce-subject', ''], /^subject must not be empty/],
    ['is an empty eprsuccess', ['ce-eprsuccess', ''], /^eprsuccess must not be empty/],
    ['is __proto__', ['ce-__proto__', 'x'], /^__proto__ is not the name/],
  ])('that %s is refused', async (_, headers, problem) => {
    await expect(read(headers)).rejects.toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(problem) }),
    )
  })
})

describe('data in binary mode', () => {
  it.each<[string | undefined, string | Uint8Array, object]>([
    ['application/json', '{"a":1}', { data: { a: 1 }, datacontenttype: 'application/json' }],
    ['application/json', 'null', { data: null }],
    ['Application/Cdevents+JSON; v=1', '[]', { data: [] }],
    [undefined, '{"a":1}', { data: { a: 1 } }],
    ['text/plain', 'ä', { data: 'ä' }],
    ['application/xml', '<a/>', { data: '<a/>' }],
    ['image/svg+xml', '<svg/>', { data: '<svg/>' }],
    ['text/plain; charset=utf-16', Uint8Array.of(0, 65), { data_base64: 'AEE=' }],
    ['text/plain; charset=utf-8-odd', 'x', { data_base64: 'eA==' }],
    ['text/plain', Uint8Array.of(255), { data_base64: '/w==' }],
    ['application/octet-stream', 'x', { data_base64: 'eA==' }],
  ])('of the type %s is read as it says', async (type, body, expected) => {
    expect(await read(type === undefined ? [] : ['content-type', type], body)).toMatchObject(expected)
  })

  it('is absent when there is no body', async () => {
    expect(Object.keys(await read(['content-type', 'application/json'])).sort()).toEqual([
      'id',
      'source',
      'specversion',
      'type',
    ])
  })
})

describe('the mode', () => {
  const modeOf = async (contentType: string, body: string) => {
    const found = await readCloudEvents({
      rawHeaders: ['Content-Type', contentType],
      body: Buffer.from(body),
    })
    return 'one' in found ? 'one' : found.many.length
  }
  const event = '{"specversion":"1.0","id":"1","source":"/s","type":"t"}'

  it.each([
    ['application/cloudevents+json', event, 'one'],
    ['Application/CloudEvents+JSON; charset="UTF-8"', event, 'one'],
    ['application/cloudevents-batch+json', '[]', 0],
    ['application/cloudevents-batch+json;charset=utf-8', `[${event}, 5]`, 2],
  ])('%s of %s is %s', async (contentType, body, mode) => {
    expect(await modeOf(contentType, body)).toBe(mode)
  })

  it.each([
    'application/cloudevents+json; charset=utf-16',
    'application/cloudevents',
    'application/cloudevents+xml',
    'text/plain',
  ])('%s is not read', async (contentType) => {
    await expect(modeOf(contentType, event)).rejects.toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_MEDIA_TYPE' }),
    )
  })
})
