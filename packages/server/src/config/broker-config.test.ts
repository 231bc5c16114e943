import { afterEach, describe, expect, it, vi } from 'vitest'
import { readConfig } from './config.js'

const read = (args: string[], env: Record<string, string> = {}) =>
  readConfig(args, { HOME: '/nonexistent', ...env }, '0')
const brokers = ['--brokers', 'kafka']
// commander reads its variables from the process.
afterEach(() => vi.unstubAllEnvs())
const sasl = (SASL_MECHANISM: string) => ({ SASL_USERNAME: 'u', SASL_PASSWORD: 'p', SASL_MECHANISM })

describe('the configuration of the brokers', () => {
  it('is absent unless asked for, whatever credentials the environment holds', () => {
    expect(read([], sasl('x'))).toMatchObject({ brokers: [], topic: 'epr.dev.events', brokerTls: false })
    vi.stubEnv('EPR_BROKERS', '')
    expect(read([]).brokers).toEqual([])
  })

  it('takes a list, with 9092 where no port is given', () => {
    expect(read(['--brokers', 'a:9093, b,10.0.0.1:1']).brokers).toEqual(['a:9093', 'b:9092', '10.0.0.1:1'])
    vi.stubEnv('EPR_BROKERS', 'a')
    vi.stubEnv('EPR_TOPIC', 't')
    expect(read([])).toMatchObject({ brokers: ['a:9092'], topic: 't' })
  })

  it('takes credentials from the environment; SCRAM turns TLS on, PLAIN does not', () => {
    expect(read(brokers, sasl('PLAIN'))).toMatchObject({
      brokerTls: false,
      sasl: { mechanism: 'PLAIN', username: 'u', password: 'p' },
    })
    expect(read([...brokers, '--broker-ca', 'f'], sasl('SCRAM'))).toMatchObject({
      brokerTls: true,
      brokerCa: 'f',
      sasl: { mechanism: 'SCRAM' },
    })
  })

  it.each([
    [['--broker-tls'], {}],
    [['--broker-ca', 'f'], {}],
    [[...brokers, '--broker-ca', 'f'], {}],
    [brokers, { SASL_USERNAME: 'u' }],
    [brokers, { SASL_USERNAME: 'u', SASL_PASSWORD: 'p' }],
    [brokers, sasl('GSSAPI')],
  ])('refuses %j with %j', (args, env: Record<string, string>) => {
    expect(() => read(args, env)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it.each([
    ['--brokers=[::1]:9092'],
    ['--brokers=a:0'],
    ['--brokers=http://a'],
    ['--topic=a/b'],
    ['--topic='],
  ])('refuses %s as a usage error', (arg) => {
    expect(() => read([arg])).toThrow(expect.objectContaining({ exitCode: 2 }))
  })
})
