import type { Format } from 'ajv/dist/2020.js'
import { fullFormats } from 'ajv-formats/dist/formats.js'

export type KnownFormat = keyof typeof fullFormats

/** Formats that are enforced. A whitelist: asked for `constructor`, Ajv would find Object's. */
export function isKnownFormat(name: unknown): name is KnownFormat {
  return typeof name === 'string' && Object.hasOwn(fullFormats, name)
}

/** The one format whose expression is quadratic: 24 s for `http://` and 160,000 colons. */
const MAX_URL_LENGTH = 2048

/** ajv-formats' checks, run natively: measured linear in the text, but for `url`, which is cut off. */
export function createFormats(): Record<string, Format> {
  const { url } = fullFormats
  const isUrl = (text: string): boolean =>
    text.length <= MAX_URL_LENGTH && url instanceof RegExp && url.test(text)
  return { ...fullFormats, url: isUrl }
}
