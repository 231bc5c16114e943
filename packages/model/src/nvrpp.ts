import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import * as z from 'zod'
import { textField } from './field.js'

/** The identity of an artifact on its way through a pipeline. */
export const nvrppSchema = z.object({
  name: textField,
  version: textField,
  release: textField,
  platform_id: textField,
  package: textField,
})
export type Nvrpp = z.infer<typeof nvrppSchema>

/** The five fields, in the order of their initials. */
export const NVRPP_FIELDS = [
  'name',
  'version',
  'release',
  'platform_id',
  'package',
] as const satisfies readonly (keyof Nvrpp)[]

/**
 * The five strings as a JSON array: the key of the artifact's messages on Kafka, so that one partition,
 * and with it one order, holds them all. JSON, because no separator is safe between free strings.
 */
export function nvrppKey(nvrpp: Nvrpp): string {
  return JSON.stringify([nvrpp.name, nvrpp.version, nvrpp.release, nvrpp.platform_id, nvrpp.package])
}

/**
 * SHA-256 of {@link nvrppKey}, 32 bytes. The strings are chosen by callers, so no weaker hash will do:
 * two artifacts with one hash would open each other's gates.
 */
export function nvrppHash(nvrpp: Nvrpp): Uint8Array {
  return sha256(utf8ToBytes(nvrppKey(nvrpp)))
}
