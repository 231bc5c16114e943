import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readAuthorities, readTlsFiles } from './tls-files.js'

let directory: string
const at = (name: string) => join(directory, name)

function makeCertificate(name: string, ...args: string[]): void {
  const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)]
  execFileSync('openssl', ['req', '-x509', '-subj', '/CN=localhost', ...files, ...args], { stdio: 'ignore' })
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'epr-tls-'))
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  makeCertificate('a', ...ec, '-nodes', '-days', '2')
  makeCertificate('b', ...ec, '-nodes', '-days', '2')
  makeCertificate('weak', '-newkey', 'rsa:512', '-nodes', '-days', '2')
  makeCertificate('locked', ...ec, '-passout', 'pass:word', '-days', '2')
  writeFileSync(at('empty.pem'), '')
  writeFileSync(at('text.pem'), 'a page of text\n')
  execFileSync('openssl', ['x509', '-in', at('a.pem'), '-outform', 'der', '-out', at('der.pem')])
})
afterAll(() => rmSync(directory, { recursive: true }))

const log = { warn: vi.fn() }
const read = (cert: string, key: string) => readTlsFiles({ tlsCert: at(cert), tlsKey: at(key) }, log)

describe('the files of --tls-cert and --tls-key', () => {
  it('are read when they belong together', async () => {
    await expect(read('a.pem', 'a.key')).resolves.toEqual({
      cert: expect.any(Buffer),
      key: expect.any(Buffer),
    })
    expect(log.warn).not.toHaveBeenCalled()
    await expect(readTlsFiles({}, log)).resolves.toBeUndefined()
  })

  it.each([
    [
      'a.pem',
      'b.key',
      '--tls-key',
      /b\.key is the key of another certificate than the first one in .*a\.pem$/,
    ],
    ['a.key', 'a.pem', '--tls-cert', /a\.key does not begin with a certificate/],
    ['a.pem', 'a.pem', '--tls-key', /has no private key/],
    ['empty.pem', 'a.key', '--tls-cert', /does not begin with a certificate/],
    ['a.pem', 'empty.pem', '--tls-key', /has no private key/],
    ['text.pem', 'a.key', '--tls-cert', /does not begin with a certificate/],
    ['locked.pem', 'locked.key', '--tls-key', /has a passphrase/],
    ['weak.pem', 'weak.key', '--tls-cert', /cannot be served: .*key too small/],
    ['missing.pem', 'a.key', '--tls-cert', /cannot read .*missing\.pem: ENOENT/],
    ['a.pem', '.', '--tls-key', /cannot read .*: EISDIR/],
  ])('are refused as %s and %s in one line that names the flag', async (cert, key, flag, reason) => {
    const refusal = await read(cert, key).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(reason) })
    expect((refusal as Error).message).toMatch(new RegExp(`^${flag}: [^\\n]*$`))
  })

  it('may have expired, which is said', async () => {
    const past = { now: Date.parse('2100-01-01') }
    vi.spyOn(Date, 'now').mockReturnValue(past.now)
    await read('a.pem', 'a.key')
    expect(log.warn).toHaveBeenCalledWith(expect.anything(), expect.stringContaining('expired on'))
    vi.restoreAllMocks()
  })
})

it.each(['text.pem', 'empty.pem', 'a.key', 'missing.pem'])('--broker-ca refuses %s', async (name) => {
  await expect(readAuthorities(at(name))).rejects.toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('--broker-ca: ') }),
  )
})
