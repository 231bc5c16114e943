declare module 'lz4js' {
  /** Reads an LZ4 frame. */
  export function decompress(frame: Uint8Array, maxSize?: number): Uint8Array
}
declare module 'snappyjs' {
  /** Reads a raw snappy block. */
  export function uncompress<T extends Uint8Array | ArrayBuffer>(block: T, maxSize?: number): T
}
