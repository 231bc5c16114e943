import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterEach, expect, it } from 'vitest'
import { createPayloadSchemas, type PayloadSchemas } from '../payload-schemas.js'

let schemas: PayloadSchemas | undefined
afterEach(() => schemas?.close())

/** Doubles its checks with every level of the payload. */
const DOUBLING = JSON.stringify({
  $ref: '#/definitions/x',
  definitions: {
    x: { allOf: [{ items: { $ref: '#/definitions/x' } }, { items: { $ref: '#/definitions/x' } }] },
  },
})
const nested = `${'['.repeat(60)}${']'.repeat(60)}`
const RECURSIVE = '{"type":"array","items":{"$ref":"#"}}'

const validate = async (id: string, schema: string, text: string): Promise<void> =>
  schemas?.validate({ id, schema }, JSON.parse(text), text)

it('ends a validation at its deadline, lets others pass, and goes on afterwards', async () => {
  schemas = createPayloadSchemas({ limits: { validateMs: 500 } })
  await Promise.all([validate('warm', RECURSIVE, '[]'), schemas.check(DOUBLING)])
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  const slow = validate('doubling', DOUBLING, nested)
  const order: string[] = []
  await Promise.all([
    expect(slow).rejects.toMatchObject({ code: 'PAYLOAD_MISMATCH' }),
    slow.catch(() => order.push('slow')),
    validate('other', RECURSIVE, '[[]]').then(() => order.push('other')),
  ])
  delay.disable()
  expect(order).toEqual(['other', 'slow'])
  expect(delay.max / 1e6).toBeLessThan(300)

  const again = [validate('doubling', DOUBLING, nested), validate('doubling', DOUBLING, nested)]
  const quick = validate('other', RECURSIVE, '[[]]').then(() => order.push('other again'))
  await Promise.all(again.map((each) => expect(each).rejects.toMatchObject({ code: 'PAYLOAD_MISMATCH' })))
  await quick
  await expect(validate('other', RECURSIVE, '[1]')).rejects.toMatchObject({ code: 'PAYLOAD_MISMATCH' })
})

it('refuses a schema that does not compile before the deadline', async () => {
  schemas = createPayloadSchemas({ limits: { compileMs: 1 } })
  const properties = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`p${i}`, { minLength: i }]))
  await expect(schemas.check(JSON.stringify({ properties }))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
})

it('refuses a payload that a worker has no memory for, and goes on afterwards', async () => {
  schemas = createPayloadSchemas({ limits: { workerHeapMb: 32 } })
  const text = `[${'{"a":[]},'.repeat(400_000)}{}]`
  await expect(validate('big', RECURSIVE, text)).rejects.toMatchObject({ code: 'PAYLOAD_MISMATCH' })
  await expect(validate('small', RECURSIVE, '[[]]')).resolves.toBeUndefined()
})

it('asks for the schema again when the worker has forgotten it', async () => {
  schemas = createPayloadSchemas({ limits: { cachedValidators: 1 } })
  for (const id of ['a', 'b', 'a', 'b']) await validate(id, RECURSIVE, '[[]]')
  await expect(validate('a', RECURSIVE, '[1]')).rejects.toMatchObject({ code: 'PAYLOAD_MISMATCH' })
})

it('refuses more jobs than may wait, and those that wait when it is closed', async () => {
  schemas = createPayloadSchemas({ limits: { queuedJobs: 1 } })
  const codes = Promise.all(
    ['a', 'b', 'c', 'd'].map((id) => validate(id, RECURSIVE, '[]').catch((error) => error.code)),
  )
  await schemas.close()
  const refused = await codes
  expect(refused).toContain('RATE_LIMITED')
  expect(refused).toContain('UNAVAILABLE')
  await expect(schemas.check('{}')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})
