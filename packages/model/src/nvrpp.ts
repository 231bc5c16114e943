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
/** Name, version, release, platform and package of an artifact, none of them blank. */
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
