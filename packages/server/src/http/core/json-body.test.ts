import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readElements, readObjectBody } from './json-body.js'

/** Characters of one to four bytes, so that a slice may end in the middle of each. */
const CHARACTERS = ['a', 'é', '€', '🎸']

it('reads a long body as a short one, whichever bytes its slices end with', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...CHARACTERS), { minLength: 1, maxLength: 9 }),
      fc.nat(9),
      async (characters, before) => {
        const payload = `"${'x'.repeat(before)}${characters.join('').repeat(Math.ceil(4_500_000 / characters.length / 2))}"`
        const { fields, exact } = await readObjectBody(
          Buffer.from(`\ufeff{"name":"n","payload":${payload}}`),
          'payload',
        )
        expect(fields).toEqual({ name: 'n', payload: null })
        expect(exact?.text === payload).toBe(true)
      },
    ),
    { numRuns: 10 },
  )
})

it('refuses a long body that is not UTF-8, wherever', async () => {
  const body = Buffer.from(`{"payload":"${'€'.repeat(1_500_000)}"}`)
  for (const at of [100, 2 * 1024 * 1024, body.length - 3]) {
    const broken = Buffer.from(body)
    broken[at] = 0xff
    await expect(Promise.resolve(readObjectBody(broken, 'payload'))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'the body is not valid UTF-8',
    })
  }
})

it.each(['[1,,2]', '[1', '[1]2', '{}', '[{]}'])('takes %s for no array', async (text) => {
  const texts = await readElements(Buffer.from(text), 10).catch((error: unknown) => error)
  if (Array.isArray(texts)) expect(() => texts.map((one: string) => JSON.parse(one))).toThrow()
  else expect(texts === undefined || texts instanceof Error).toBe(true)
})
