import { describe, expect, it } from 'vitest'
import { toCloudEvent } from './cloud-event.js'

const GOOD = '"specversion":"1.0","id":"1","source":"/s","type":"t"'

/** What is wrong with a CloudEvent whose members are `GOOD` and these, by the first word of each sentence. */
function problemsOf(members: string): string[] {
  const text = `{${[GOOD, members].filter((part) => part !== '').join(',')}}`
  try {
    toCloudEvent({ value: JSON.parse(text), text })
    return []
  } catch (error) {
    return (error as { details: string[] }).details.map((detail) => detail.split(' ')[0] ?? '')
  }
}

describe('attributes of CloudEvents', () => {
  it.each([
    '',
    // Extensions of every type; a null is as good as absent.
    '"a":true,"b":-1,"c":0,"d":"","e":null,"0":"x","abcdefghijklmnopqrstuvwxyz":"long"',
    '"max":2147483647,"min":-2147483648',
    '"text":"ünïcödé 🎸 \\t"'.replace(' \\t', ''),
    '"eprname":"n","eprsuccess":false,"eprgate":"opened"',
    '"subject":"s","time":"2026-11-26t10:00:00.123456789z"',
    '"time":"1990-12-31T15:59:60-08:00"',
    '"dataschema":"https://example.test/s","datacontenttype":"application/vnd.acme+json; charset=\\"utf-8\\"; v=1"',
    '"datacontenttype":"text/xml"',
    '"source":"urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66"',
    '"source":"1-555-123-4567"',
    '"source":"../a?b=c#d"',
    // Data, of any kind.
    '"data":null',
    '"data":0',
    '"data":"","datacontenttype":"text/plain"',
    '"data_base64":""',
    '"data_base64":"AP8="',
    '"data_base64":"AA=="',
    '"data_base64":null',
  ])('are taken: %s', (members) => {
    expect(problemsOf(members)).toEqual([])
  })

  it.each([
    ['"id":""', 'id'],
    ['"id":5', 'id'],
    ['"id":true', 'id'],
    ['"source":""', 'source'],
    ['"source":"a b"', 'source'],
    ['"source":"%zz"', 'source'],
    ['"source":"a\\\\b"', 'source'],
    ['"type":""', 'type'],
    ['"type":null', 'type'],
    ['"specversion":"1"', 'specversion'],
    ['"specversion":1.0', 'specversion'],
    ['"specversion":"0.3"', 'specversion'],
    ['"subject":""', 'subject'],
    ['"subject":1', 'subject'],
    ['"time":"2026-11-26"', 'time'],
    ['"time":"2026-02-30T00:00:00Z"', 'time'],
    ['"time":"2026-11-26T24:00:00Z"', 'time'],
    ['"time":1700000000', 'time'],
    ['"dataschema":""', 'dataschema'],
    ['"dataschema":"relative"', 'dataschema'],
    ['"datacontenttype":""', 'datacontenttype'],
    ['"datacontenttype":"json"', 'datacontenttype'],
    ['"datacontenttype":"text/plain; charset"', 'datacontenttype'],
    ['"datacontenttype":1', 'datacontenttype'],
    // Names.
    ['"Odd":"x"', 'Odd'],
    ['"odd_name":"x"', 'odd_name'],
    ['"odd-name":"x"', 'odd-name'],
    ['"ödd":"x"', 'ödd'],
    ['"":"x"', ''],
    ['"eprSuccess":false', 'eprSuccess'],
    // What begins with epr is ours.
    ['"eprsucess":"false"', 'eprsucess'],
    ['"eprsuccess":""', 'eprsuccess'],
    ['"eprname":""', 'eprname'],
    // Types.
    ['"n":2147483648', 'n'],
    ['"n":-2147483649', 'n'],
    ['"n":1.5', 'n'],
    ['"n":1.0', 'n'],
    ['"n":1e3', 'n'],
    ['"n":-0', 'n'],
    ['"n":{}', 'n'],
    ['"n":[]', 'n'],
    ['"n":"a\\nb"', 'n'],
    ['"n":"\\u0000"', 'n'],
    ['"n":"\\u0085"', 'n'],
    ['"n":"\\ud800"', 'n'],
    ['"n":"\\ufdd0"', 'n'],
    ['"n":"\\ud83f\\udfff"', 'n'],
    // Data.
    ['"data":1,"data_base64":"AP8="', 'data'],
    ['"data":null,"data_base64":"AP8="', 'data'],
    ['"data":1,"data_base64":null', 'data'],
    ['"data_base64":"not base64 !!!"', 'data_base64'],
    ['"data_base64":"AP8"', 'data_base64'],
    ['"data_base64":"AP8=\\n"', 'data_base64'],
    ['"data_base64":"AP-_"', 'data_base64'],
    ['"data_base64":5', 'data_base64'],
    ['"data_base64":{}', 'data_base64'],
  ])('are refused: %s', (members, name) => {
    expect(problemsOf(members)).toEqual([name])
  })

  it('are named all when several are wrong', () => {
    const text = '{"id":"","odd_name":1,"time":"now"}'
    expect(() => toCloudEvent({ value: JSON.parse(text), text })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        details: [
          'specversion is missing: a CloudEvent must have it',
          'source is missing: a CloudEvent must have it',
          'type is missing: a CloudEvent must have it',
          'id must not be empty',
          'odd_name is not the name of an attribute: those are of a to z and 0 to 9',
          'time must be an RFC 3339 time, like 2026-11-01T00:00:00Z',
        ],
      }),
    )
  })
})
