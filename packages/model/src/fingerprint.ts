import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** What an event receiver's fingerprint is made of. */
export interface Fingerprinted {
  type: string
  description: string
  name: string
  version: string
}

/** Lowercase hex SHA-256 of `"v1 " + type + " " + description + " " + name + " " + version`. */
export function fingerprint({ type, description, name, version }: Fingerprinted): string {
  return bytesToHex(sha256(utf8ToBytes(`v1 ${type} ${description} ${name} ${version}`)))
}
