import { decompress as decompressZstd } from 'fzstd'
import kafkajs from 'kafkajs'
import { decompress as decompressLz4 } from 'lz4js'
import { uncompress as decompressSnappy } from 'snappyjs'

// Node does not see this one among the names of a CommonJS module.
const { CompressionCodecs, CompressionTypes } = kafkajs

/** kafkajs brings gzip only, and a batch in another codec stops its consumer for good. Ours only read. */

/** What the Java client writes around snappy: "\x82SNAPPY\0", two versions, then blocks with their lengths. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const XERIAL_HEADER_BYTES = 16

function readSnappy(buffer: Buffer): Buffer {
  if (!buffer.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC))
    return Buffer.from(decompressSnappy(buffer))
  const blocks: Uint8Array[] = []
  for (let at = XERIAL_HEADER_BYTES; at < buffer.length; ) {
    const end = at + 4 + buffer.readUInt32BE(at)
    blocks.push(decompressSnappy(buffer.subarray(at + 4, end)))
    at = end
  }
  return Buffer.concat(blocks)
}

const reader = (decompress: (buffer: Buffer) => Uint8Array) => () => ({
  compress(): Promise<Buffer> {
    return Promise.reject(new Error('dead letters are not compressed'))
  },
  async decompress(buffer: Buffer): Promise<Buffer> {
    return Buffer.from(decompress(buffer))
  },
})

const READERS = [
  [CompressionTypes.Snappy, readSnappy],
  [CompressionTypes.LZ4, (buffer: Buffer) => decompressLz4(buffer)],
  [CompressionTypes.ZSTD, (buffer: Buffer) => decompressZstd(buffer)],
] as const

/** Registers what kafkajs lacks; a codec that somebody else has registered stays. */
export function registerCodecs(): void {
  for (const [type, decompress] of READERS) {
    if (!isRegistered(type)) CompressionCodecs[type] = reader(decompress)
  }
}

/** kafkajs's own placeholders throw when they are asked for a codec. */
function isRegistered(type: (typeof READERS)[number][0]): boolean {
  try {
    return typeof CompressionCodecs[type]().decompress === 'function'
  } catch {
    return false
  }
}
