import { NVRPP_FIELDS, type Nvrpp } from '@epr/model'

/** The query string of a call: what is undefined is left out. */
export function toParams(query: object): URLSearchParams {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value))
  return params
}

/** The five fields of an artifact, and nothing else that it has. */
export const toNvrppParams = (nvrpp: Nvrpp): URLSearchParams =>
  toParams(Object.fromEntries(NVRPP_FIELDS.map((field) => [field, nvrpp[field] ?? ''])))
