import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertMay, type Deed, type Grant, may, type Rights } from './rights.js'

const artifact = { name: 'shop/cart', version: '1.2.0', release: '1', platform_id: 'linux', package: 'oci' }
const record = (receiver: string, fields: Partial<typeof artifact> = {}): Deed => ({
  verb: 'record',
  receiver,
  artifact: { ...artifact, ...fields },
})
const rights = (...grants: Grant[]): Rights => ({ label: 'the key ci', isKnown: true, grants })
const at = (...ids: string[]) => new Set(ids)

describe('rights', () => {
  it.each<[string, Rights, Deed, boolean]>([
    ['nothing is allowed by default', rights(), { verb: 'read' }, false],
    ['read', rights({ verb: 'read' }), { verb: 'read' }, true],
    ['read is not record', rights({ verb: 'read' }), record('tests'), false],
    [
      'record at its receiver',
      rights({ verb: 'record', receivers: at('tests'), about: undefined }),
      record('tests'),
      true,
    ],
    [
      'and at no other',
      rights({ verb: 'record', receivers: at('tests'), about: undefined }),
      record('scan'),
      false,
    ],
    [
      'record is not read',
      rights({ verb: 'record', receivers: '*', about: undefined }),
      { verb: 'read' },
      false,
    ],
    [
      'about what begins so',
      rights({ verb: 'record', receivers: '*', about: { name: 'shop/*' } }),
      record('tests'),
      true,
    ],
    [
      'about nothing else',
      rights({ verb: 'record', receivers: '*', about: { name: 'shop/*' } }),
      record('tests', { name: 'shopping' }),
      false,
    ],
    [
      'all fields of about count',
      rights({ verb: 'record', receivers: '*', about: { name: 'shop/*', package: 'rpm' } }),
      record('tests'),
      false,
    ],
    [
      'a star in the middle is a star',
      rights({ verb: 'record', receivers: '*', about: { name: '*/cart' } }),
      record('tests'),
      false,
    ],
    [
      'define types',
      rights({ verb: 'define', types: ['shop.*'] }),
      { verb: 'define', type: 'shop.gate' },
      true,
    ],
    [
      'and no others',
      rights({ verb: 'define', types: ['shop.*'] }),
      { verb: 'define', type: 'shopping' },
      false,
    ],
    ['switch', rights({ verb: 'switch', groups: at('g') }), { verb: 'switch', group: 'g' }, true],
    ['switch another', rights({ verb: 'switch', groups: at('g') }), { verb: 'switch', group: 'h' }, false],
    ['admin is everything', rights({ verb: 'admin' }), record('tests'), true],
    [
      'only admin is admin',
      rights({ verb: 'define', types: ['*'] }, { verb: 'switch', groups: '*' }),
      { verb: 'admin' },
      false,
    ],
  ])('%s', (_, held, deed, allowed) => {
    expect(may(held, deed)).toBe(allowed)
  })

  it('add up: what a policy grants no other takes away', () => {
    const grant = fc.oneof(
      fc.constant<Grant>({ verb: 'read' }),
      fc
        .subarray(['a', 'b', 'c'])
        .map<Grant>((ids) => ({ verb: 'record', receivers: at(...ids), about: undefined })),
      fc.subarray(['x.*', 'y']).map<Grant>((types) => ({ verb: 'define', types })),
    )
    const deed = fc.oneof(
      fc.constant<Deed>({ verb: 'read' }),
      fc.constantFrom('a', 'b', 'c').map((id) => record(id)),
      fc.constantFrom('x.1', 'y', 'z').map<Deed>((type) => ({ verb: 'define', type })),
    )
    fc.assert(
      fc.property(fc.array(grant), fc.array(grant), deed, (some, others, what) => {
        const together = may(rights(...some, ...others), what)
        expect(together).toBe(may(rights(...some), what) || may(rights(...others), what))
        expect(may(rights(...others, ...some), what)).toBe(together)
      }),
    )
  })

  it('says who may not do what, and what would be allowed', () => {
    const held = rights({ verb: 'record', receivers: at('tests'), about: { name: 'shop/*' } })
    expect(() => assertMay(held, record('tests', { name: 'bank' }))).toThrow(
      'the key ci may not record at the receiver tests about bank 1.2.0: its policies grant it about {"name":"shop/*"}',
    )
    expect(() => assertMay(held, { verb: 'read' })).toThrow(
      'the key ci may not read: no policy grants it read',
    )
    expect(() => assertMay({ ...held, isKnown: false }, { verb: 'read' })).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED' }),
    )
  })
})
