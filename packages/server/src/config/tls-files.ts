import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { EprError } from '@epr/model'
import type { Logger } from 'pino'

interface NamedFile {
  flag: string
  file: string
}

const refuse = ({ flag, file }: NamedFile, reason: string, cause?: unknown): EprError =>
  new EprError('INVALID_ARGUMENT', `${flag}: ${file} ${reason}`, { cause })

async function readNamed(named: NamedFile): Promise<Buffer> {
  return readFile(named.file).catch((cause: Error) => {
    throw new EprError('INVALID_ARGUMENT', `${named.flag}: cannot read ${named.file}: ${cause.message}`, {
      cause,
    })
  })
}

function parseCertificate(named: NamedFile, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw refuse(named, 'does not begin with a certificate in PEM (-----BEGIN CERTIFICATE-----)', cause)
  }
}

function parseKey(named: NamedFile, pem: Buffer) {
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    // RFC 7468 section 11, and the older form's `Proc-Type: 4,ENCRYPTED`.
    const isEncrypted = pem.includes('ENCRYPTED')
    const advice = 'has a passphrase, which nobody could type: write it without, openssl pkey -in FILE'
    throw refuse(
      named,
      isEncrypted ? advice : 'has no private key in PEM (-----BEGIN PRIVATE KEY-----)',
      cause,
    )
  }
}

/**
 * Reads the certificate chain and the key that https is served with.
 *
 * @returns undefined when none is configured
 * @throws EprError INVALID_ARGUMENT for a file that cannot be read or is not what its flag says, and for a key of
 *   another certificate
 */
export async function readTlsFiles(
  { tlsCert, tlsKey }: { tlsCert?: string; tlsKey?: string },
  log: Pick<Logger, 'warn'>,
): Promise<{ cert: Buffer; key: Buffer } | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined
  const certFile = { flag: '--tls-cert', file: tlsCert }
  const keyFile = { flag: '--tls-key', file: tlsKey }
  const [cert, key] = [await readNamed(certFile), await readNamed(keyFile)]
  const certificate = parseCertificate(certFile, cert)
  if (!certificate.checkPrivateKey(parseKey(keyFile, key)))
    throw refuse(keyFile, `is the key of another certificate than the first one in ${tlsCert}`)
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    throw refuse(certFile, `cannot be served: ${(cause as Error).message}`, cause)
  }
  if (Date.parse(certificate.validTo) < Date.now())
    log.warn({ file: tlsCert }, `--tls-cert: expired on ${certificate.validTo}: clients will refuse it`)
  return { cert, key }
}

/**
 * Reads the authorities that the brokers' certificates are held to.
 *
 * @throws EprError INVALID_ARGUMENT for a file that cannot be read or has no certificate
 */
export async function readAuthorities(file: string): Promise<Buffer> {
  const named = { flag: '--broker-ca', file }
  const pem = await readNamed(named)
  parseCertificate(named, pem)
  return pem
}
