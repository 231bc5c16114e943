import { quote, refuse } from '../refuse.js'
import { isObject, property, type Schema } from './json-value.js'

/** The draft's number, in the order of time, so that `draft >= 6` reads as "since draft-06". */
export type Draft = 4 | 6 | 7 | 2019 | 2020

export interface Dialect {
  readonly draft: Draft
  /** What people call it: `draft-07`, `2020-12`. */
  readonly name: string
  readonly metaSchema: string
  readonly idKeyword: 'id' | '$id'
  /** Up to draft-07 `$ref` overrides its siblings (draft-07 core, section 8.3). */
  readonly refAlone: boolean
}

const dialect = (draft: Draft, metaSchema: string): Dialect => ({
  draft,
  name: draft <= 7 ? `draft-0${draft}` : draft === 2019 ? '2019-09' : '2020-12',
  metaSchema,
  idKeyword: draft === 4 ? 'id' : '$id',
  refAlone: draft <= 7,
})

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ['draft-04', dialect(4, 'http://json-schema.org/draft-04/schema')],
  ['draft-06', dialect(6, 'http://json-schema.org/draft-06/schema')],
  ['draft-07', dialect(7, 'http://json-schema.org/draft-07/schema')],
  ['draft/2019-09', dialect(2019, 'https://json-schema.org/draft/2019-09/schema')],
  ['draft/2020-12', dialect(2020, 'https://json-schema.org/draft/2020-12/schema')],
])

/** What a schema without `$schema` is read as: the original's default. */
export const DEFAULT_DIALECT: Dialect = dialect(7, 'http://json-schema.org/draft-07/schema')

const META_SCHEMA = /^https?:\/\/json-schema\.org\/(draft-0[467]|draft\/2019-09|draft\/2020-12)\/schema#?$/

/** The dialect that `$schema` names; `fallback` without one. @throws INVALID_ARGUMENT for any other. */
export function dialectOf(schema: Schema, fallback: Dialect): Dialect {
  const named = isObject(schema) ? property(schema, '$schema') : undefined
  if (named === undefined) return fallback
  const known = typeof named === 'string' ? DIALECTS.get(META_SCHEMA.exec(named)?.[1] ?? '') : undefined
  if (known !== undefined) return known
  const supported = [...DIALECTS.values()].map((each) => each.metaSchema).join(', ')
  const given = typeof named === 'string' ? quote(named) : 'that is not a string'
  return refuse(`$schema ${given} is not supported; supported are ${supported}`)
}
