import { expect, it } from 'vitest'
import { type BrokerOptions, readSasl, toKafkaConfig } from './broker-options.js'

const credentials = { username: 'u', password: 'p' }
const configOf = (options: Partial<BrokerOptions>) =>
  toKafkaConfig({ brokers: ['localhost:9'], clientId: 'a-test', ...options })

it('says TLS and credentials in the words of kafkajs', () => {
  const ca = Buffer.from('ca')
  expect(configOf({})).not.toHaveProperty('ssl')
  expect(configOf({ tls: true, sasl: { mechanism: 'PLAIN', ...credentials } })).toMatchObject({
    ssl: true,
    sasl: { mechanism: 'plain', ...credentials },
  })
  expect(configOf({ tls: { ca }, sasl: { mechanism: 'SCRAM', ...credentials } })).toMatchObject({
    ssl: { ca },
    sasl: { mechanism: 'scram-sha-512', ...credentials },
  })
})

it('turns TLS on with SCRAM, and not with PLAIN, unless the options say otherwise', () => {
  expect(configOf({ sasl: { mechanism: 'SCRAM', ...credentials } })).toMatchObject({ ssl: true })
  expect(configOf({ sasl: { mechanism: 'PLAIN', ...credentials } })).not.toHaveProperty('ssl')
  expect(configOf({ tls: false, sasl: { mechanism: 'SCRAM', ...credentials } })).not.toHaveProperty('ssl')
})

it('reads a login from the environment, or none', () => {
  const env = { SASL_USERNAME: 'u', SASL_PASSWORD: 'p', SASL_MECHANISM: 'SCRAM' }
  expect(readSasl(env)).toEqual({ mechanism: 'SCRAM', ...credentials })
  expect(readSasl({ PATH: '/bin' })).toBeUndefined()
})

it.each([
  { SASL_USERNAME: 'u' },
  { SASL_USERNAME: 'u', SASL_PASSWORD: 'p' },
  { SASL_USERNAME: 'u', SASL_PASSWORD: 'p', SASL_MECHANISM: 'GSSAPI' },
  { SASL_MECHANISM: 'PLAIN' },
])('refuses %j, which says no whole login', (env) => {
  expect(() => readSasl(env)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})
