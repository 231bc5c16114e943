import { actorSchema, EprError, idSchema, type Searched } from '@epr/model'
import * as z from 'zod'
import { parseAnswer } from './http/answer.js'
import type { Graphql } from './http/graphql.js'
import type { Features } from './http/http.js'
import type { Rest } from './http/rest.js'
import { PAGE_ARGUMENTS, type PageVariables, pageRows, type Row } from './page-rows.js'
import type { FindAllOptions, SearchOptions } from './search-options.js'

export interface Search {
  find(filter: object, options?: SearchOptions<string>): Promise<Row[]>
  findAll(filter: object, options?: FindAllOptions<string>): AsyncGenerator<Row, void, undefined>
}

/** What the calls of every kind of object stand on. */
export interface Services {
  rest: Rest
  graphql: Graphql
  features: Features
}

const truncatedSchema = z.record(z.string(), z.string()).nullish()

/** Only names that are known reach the document: a stranger's text in it would be a query of theirs. */
function assertKnown(kind: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined && names.length > 0) return
  const problem =
    unknown === undefined ? `name at least one ${kind}` : `there is no ${kind} ${JSON.stringify(unknown)}`
  throw new EprError('INVALID_ARGUMENT', `${problem}; there are ${known.join(', ')}`)
}

/** `{name: undefined}` and `{name: null}` say nothing of the name. */
function toFilter(filter: object, known: readonly string[]): object {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined && value !== null)
  if (given.length > 0)
    assertKnown(
      'filter field',
      given.map(([name]) => name),
      known,
    )
  return Object.fromEntries(given)
}

/** Who recorded an event came later than the rest: a server that does not know it is not asked for it. */
const ACTOR = 'actor'

/** A field as GraphQL wants it: of an object, which of its fields. */
const toSelection = (field: string): string =>
  field === ACTOR ? `${ACTOR}{${Object.keys(actorSchema.shape).join(',')}}` : field

/** The GraphQL document of a search, with those page arguments only that are used: the original knows none of them. */
export function toSearchDocument(
  { operation, argument, inputType }: Searched<string>,
  fields: readonly string[],
  page: PageVariables,
): string {
  const used = Object.entries(PAGE_ARGUMENTS).filter(
    ([name]) => page[name as keyof PageVariables] !== undefined,
  )
  const declared = [`$filter: ${inputType}!`, ...used.map(([name, type]) => `$${name}: ${type}`)]
  const passed = [`${argument}: $filter`, ...used.map(([name]) => `${name}: $${name}`)]
  return `query(${declared.join(', ')}) {${operation}(${passed.join(', ')}) {${fields.map(toSelection).join(',')}}}`
}

export function createSearch(searched: Searched<string>, { graphql, rest, features }: Services): Search {
  const { operation, row, fields: allFields } = searched
  const filterFields = Object.keys(searched.filter.shape)

  function rows(filter: object, options: FindAllOptions<string>): AsyncGenerator<Row[], void, undefined> {
    const fields = [...new Set(options.fields ?? allFields.filter((field) => field !== ACTOR))]
    assertKnown('field', fields, allFields)
    const given = toFilter(filter, filterFields)
    const rowSchema = z.object(
      Object.fromEntries([
        ['id', idSchema],
        ...fields.map((field) => [field, row.shape[field] ?? z.unknown()]),
      ]),
    )
    const { signal, timeoutMs, retryForMs, exact } = options

    async function fetchPage(named: readonly string[], page: PageVariables) {
      const asked = features.has('actor') ? named : named.filter((field) => field !== ACTOR)
      const variables = { filter: given, ...page }
      const result = await graphql.call(toSearchDocument(searched, asked, page), variables, {
        signal,
        timeoutMs,
        retryForMs,
        exact,
      })
      const strict = asked.includes('id') ? rowSchema : rowSchema.omit({ id: true })
      const data = parseAnswer(z.object({ [operation]: z.array(strict) }), result.data, result.answer)
      const truncated = parseAnswer(truncatedSchema, result.extensions.truncated, result.answer)
      return { rows: (data[operation] ?? []) as Row[], next: truncated?.[operation] }
    }
    return pageRows({
      fields,
      options,
      features,
      mustMeet: fields.includes(ACTOR),
      meet: () => rest.meet({ signal, timeoutMs, retryForMs }),
      fetchPage,
    })
  }

  return {
    async find(filter, options = {}) {
      const found: Row[] = []
      for await (const page of rows(filter, options)) found.push(...page)
      return found
    },
    async *findAll(filter, options = {}) {
      for await (const page of rows(filter, options)) yield* page
    },
  }
}
