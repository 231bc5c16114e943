import { UsageError } from '../exit/usage-error.js'

/** How text is encoded, by how it begins: a byte order mark, or the zeros of a first ASCII character (YAML 1.2.2, section 5.2). */
function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | undefined {
  const [a, b, c, d] = bytes
  const isUtf32 =
    (a === 0 && b === 0) ||
    (b === 0 && c === 0 && d === 0) ||
    (a === 0xff && b === 0xfe && c === 0 && d === 0)
  if (isUtf32) return undefined
  if ((a === 0xfe && b === 0xff) || a === 0) return 'utf-16be'
  if ((a === 0xff && b === 0xfe) || b === 0) return 'utf-16le'
  return 'utf-8'
}

/** Turns bytes into text piece by piece; without a byte order mark. `name` says whose they are. */
export interface TextReader {
  /** @throws UsageError for what is not text */
  read(bytes: Uint8Array): string
  /** What is left at the end. @throws UsageError when that is half a character */
  end(): string
}

export function createTextReader(name: string): TextReader {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let head = Buffer.alloc(0)

  function decode(bytes: Uint8Array, isLast: boolean): string {
    try {
      if (decoder) return decoder.decode(bytes, { stream: !isLast })
      head = Buffer.concat([head, bytes])
      // Four bytes say which encoding it is; less than that is all there is.
      if (head.length < 4 && !isLast) return ''
      const encoding = encodingOf(head)
      if (!encoding) throw new UsageError(`${name} is UTF-32 or holds binary zeros: save it as UTF-8`)
      decoder = new TextDecoder(encoding, { fatal: true })
      return decoder.decode(head, { stream: !isLast })
    } catch (error) {
      if (error instanceof UsageError) throw error
      throw new UsageError(`${name} is not UTF-8 text`, error)
    }
  }

  return { read: (bytes) => decode(bytes, false), end: () => decode(new Uint8Array(), true) }
}

/** @throws UsageError for what is not text */
export function decodeText(name: string, bytes: Uint8Array): string {
  const reader = createTextReader(name)
  return reader.read(bytes) + reader.end()
}
