import { startTestIssuer, type TestIssuer } from '@epr/testkit'
import { base64url, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { digestOf } from './digests.js'
import { resolveIssuer } from './issuer.js'
import { createTokens, type Tokens } from './tokens.js'

const AUDIENCE = 'https://epr.example.org'

let ci: TestIssuer
let tokens: Tokens
let clock = 0

beforeEach(async () => {
  clock = 0
  vi.spyOn(performance, 'now').mockImplementation(() => clock)
  ci = await startTestIssuer({ audience: AUDIENCE })
  const issuer = resolveIssuer(
    'ci',
    { issuer: ci.url, audience: AUDIENCE, pins: ['repository_id'] },
    undefined,
  )
  tokens = createTokens({ issuers: [issuer], onError: () => undefined })
})

afterEach(async () => {
  vi.restoreAllMocks()
  await ci.close()
})

const refusal = (reason: string) => expect.objectContaining({ code: 'UNAUTHENTICATED', reason })
const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds
const encode = (part: object): string => base64url.encode(JSON.stringify(part))

describe('a token of a configured issuer', () => {
  it('is verified once, and known from then on', async () => {
    const token = await ci.sign({ repository_id: '456789', run_attempt: 1, nested: {} })
    expect(tokens.known(digestOf(token))).toBeUndefined()
    const verified = await tokens.verify(token)
    expect(verified).toMatchObject({ claims: { repository_id: '456789', run_attempt: '1' } })
    expect(verified).not.toHaveProperty('claims.nested')
    expect(tokens.known(digestOf(token))).toBe(verified)
  })

  it.each([
    ['is for somebody else', { aud: 'https://github.com/acme' }, 'audience'],
    ['is over', { exp: secondsFromNow(-120) }, 'expired'],
    ['begins later', { nbf: secondsFromNow(120) }, 'not_yet_valid'],
    ['has no end', { exp: undefined }, 'token_malformed'],
    ['is for nobody', { aud: undefined }, 'audience'],
    ['is longer than 16 KiB', { padding: 'x'.repeat(17 * 1_024) }, 'token_too_large'],
  ])('is refused when it %s', async (_, claims, reason) => {
    await expect(tokens.verify(await ci.sign(claims))).rejects.toEqual(refusal(reason))
  })

  it('may be a minute off', async () => {
    await tokens.verify(await ci.sign({ exp: secondsFromNow(-30), nbf: secondsFromNow(30) }))
  })

  it('is refused without a signature, and with one by the public key as a secret', async () => {
    const payload = { iss: ci.url, aud: AUDIENCE, sub: 'job', exp: secondsFromNow(300) }
    const unsigned = `${encode({ alg: 'none' })}.${encode(payload)}.`
    await expect(tokens.verify(unsigned)).rejects.toEqual(refusal('signature'))
    const secret = new TextEncoder().encode(JSON.stringify(ci.publicKey))
    const symmetric = await new SignJWT(payload)
      .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
      .sign(secret)
    await expect(tokens.verify(symmetric)).rejects.toEqual(refusal('signature'))
  })

  it('is refused when its claims were changed', async () => {
    const [header, payload = '', signature] = (await ci.sign({ repository_id: '1' })).split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const changed = [header, encode({ ...claims, repository_id: '2' }), signature].join('.')
    await expect(tokens.verify(changed)).rejects.toEqual(refusal('signature'))
  })
})

it('asks nobody for a token of an issuer that is not configured', async () => {
  const stranger = await startTestIssuer({ audience: AUDIENCE })
  await expect(tokens.verify(await stranger.sign())).rejects.toEqual(refusal('issuer_unknown'))
  await expect(tokens.verify(await stranger.sign({ iss: `${ci.url}/` }))).rejects.toEqual(
    refusal('issuer_unknown'),
  )
  expect([...stranger.requests, ...ci.requests]).toEqual([])
  await stranger.close()
})

describe('the keys of an issuer', () => {
  const keyRequests = () => ci.requests.filter((path) => path === '/jwks').length

  it('are read once in half a minute, whatever kid a thousand tokens say', async () => {
    await tokens.verify(await ci.sign())
    clock += 31_000
    const token = await ci.sign()
    const [, payload, signature] = token.split('.')
    const random = Array.from({ length: 1_000 }, (_, index) =>
      [encode({ alg: 'RS256', kid: `random-${index}` }), payload, signature].join('.'),
    )
    const answers = await Promise.allSettled(random.map((each) => tokens.verify(each)))
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true)
    expect(keyRequests()).toBe(2)
    await tokens.verify(token)
  })

  it('are read again when it signs with another', async () => {
    await tokens.verify(await ci.sign())
    await ci.rotate()
    clock += 31_000
    await tokens.verify(await ci.sign())
    expect(keyRequests()).toBe(2)
  })

  it('are good for a day while it is away, and not longer', async () => {
    await tokens.verify(await ci.sign())
    ci.answer(503)
    clock += 23 * 3_600_000
    await tokens.verify(await ci.sign({ jti: 'a day later' }))
    clock += 2 * 3_600_000
    await expect(tokens.verify(await ci.sign({ jti: 'another' }))).rejects.toEqual(refusal('issuer_away'))
  })

  it('are asked for once in half a minute also when it never answers', async () => {
    ci.answer(503)
    for (const _ of Array(5))
      await expect(tokens.verify(await ci.sign())).rejects.toEqual(refusal('issuer_away'))
    expect(ci.requests).toHaveLength(1)
  })

  it('are not fetched where a redirect leads', async () => {
    ci.answer(302)
    await expect(tokens.verify(await ci.sign())).rejects.toEqual(refusal('issuer_away'))
    expect(ci.requests).toHaveLength(1)
  })

  it('may be given, for an issuer that cannot be reached', async () => {
    const document = { issuer: ci.url, audience: AUDIENCE, jwks: { keys: [{ ...ci.publicKey }] } }
    const offline = createTokens({
      issuers: [resolveIssuer('ci', document, undefined)],
      onError: () => undefined,
    })
    await offline.verify(await ci.sign())
    expect(ci.requests).toEqual([])
  })

  it('are found by the trust domain of a SPIFFE token without iss', async () => {
    const document = { issuer: 'spiffe://example.org', audience: AUDIENCE, jwks_uri: `${ci.url}/jwks` }
    const spiffe = createTokens({
      issuers: [resolveIssuer('mesh', document, undefined)],
      onError: () => undefined,
    })
    const sub = 'spiffe://example.org/ns/ci'
    expect(await spiffe.verify(await ci.sign({ iss: undefined, sub }))).toMatchObject({ claims: { sub } })
    const other = ci.sign({ iss: undefined, sub: 'spiffe://example.org.evil/ns/ci' })
    await expect(spiffe.verify(await other)).rejects.toEqual(refusal('issuer_unknown'))
  })
})

describe('an access token of the identity provider', () => {
  const RESOURCES = [AUDIENCE, `${AUDIENCE}/mcp`]
  const ofPeople = (issuers: Parameters<typeof createTokens>[0]['issuers'] = [], resources = RESOURCES) =>
    createTokens({
      issuers,
      people: { issuer: ci.url, groupsClaim: 'roles', resources },
      onError: () => undefined,
    })
  const ADA = { sub: 'ada', name: 'Ada', roles: ['admins', 7], client_id: 'assistant', scope: 'epr' }

  it.each(RESOURCES)('is of a person, with their groups, when it is for %s', async (aud) => {
    const people = ofPeople()
    const token = await ci.sign({ ...ADA, aud: ['https://other.example', aud] })
    const verified = await people.verify(token)
    expect(verified).toMatchObject({
      person: { issuer: ci.url, subject: 'ada', label: 'Ada', groups: ['admins'] },
    })
    expect(people.known(digestOf(token))).toBe(verified)
  })

  it('is one by its type, or by its scope', async () => {
    const people = ofPeople()
    const { scope: _, ...silent } = ADA
    await expect(people.verify(await ci.sign(silent))).rejects.toEqual(refusal('token_malformed'))
    for (const typ of ['at+jwt', 'application/AT+JWT'])
      expect(await people.verify(await ci.sign(silent, { typ }))).toHaveProperty('person')
    expect(await people.verify(await ci.sign({ ...silent, scp: ['epr'] }))).toHaveProperty('person')
  })

  it.each([
    ['for another', { aud: `${AUDIENCE}/other` }, 'audience'],
    ['for the client', { aud: 'epr' }, 'audience'],
    ['over', { exp: secondsFromNow(-120) }, 'expired'],
    ['not valid yet', { nbf: secondsFromNow(120) }, 'not_yet_valid'],
    ['endless', { exp: undefined }, 'token_malformed'],
    ['of a program', { sub: 'assistant' }, 'token_malformed'],
    ['of nobody', { sub: '' }, 'token_malformed'],
    ['too long', { padding: 'x'.repeat(17 * 1_024) }, 'token_too_large'],
  ])('is refused when it is %s', async (_, claims, reason) => {
    await expect(ofPeople().verify(await ci.sign({ ...ADA, ...claims }))).rejects.toEqual(refusal(reason))
  })

  it('is that of a job where its issuer is declared for those, whatever it says', async () => {
    const issuer = resolveIssuer('ci', { issuer: ci.url, audience: AUDIENCE }, undefined)
    const both = ofPeople([issuer])
    expect(both.has(issuer)).toBe(true)
    expect(await both.verify(await ci.sign(ADA, { typ: 'at+jwt' }))).not.toHaveProperty('person')
    expect(ofPeople().has(issuer)).toBe(false)
  })

  it('is not taken, and nobody is asked, where the server has no address that it could be for', async () => {
    await expect(ofPeople([], []).verify(await ci.sign(ADA))).rejects.toEqual(refusal('issuer_unknown'))
    expect(ci.requests).toEqual([])
  })
})
