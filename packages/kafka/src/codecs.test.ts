import kafkajs from 'kafkajs'
import { expect, it } from 'vitest'
import { registerCodecs } from './codecs.js'

const { CompressionCodecs, CompressionTypes } = kafkajs
/** What each format makes of "epr", by the reference implementations. */
const SNAPPY = Buffer.from([0x03, 0x08, 0x65, 0x70, 0x72])
const XERIAL = Buffer.concat([
  Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]),
  Buffer.from([0, 0, 0, 1, 0, 0, 0, 1]),
  Buffer.from([0, 0, 0, SNAPPY.length]),
  SNAPPY,
])

it('reads snappy, bare and as the Java client writes it', async () => {
  registerCodecs()
  const codec = CompressionCodecs[CompressionTypes.Snappy]()
  expect(String(await codec.decompress(SNAPPY))).toBe('epr')
  expect(String(await codec.decompress(XERIAL))).toBe('epr')
})

it('leaves a codec that somebody else has registered', () => {
  const theirs = CompressionCodecs[CompressionTypes.GZIP]
  const own = () => ({ compress: async () => Buffer.of(), decompress: async () => Buffer.of() })
  CompressionCodecs[CompressionTypes.ZSTD] = own
  registerCodecs()
  expect(CompressionCodecs[CompressionTypes.ZSTD]).toBe(own)
  expect(CompressionCodecs[CompressionTypes.GZIP]).toBe(theirs)
})
