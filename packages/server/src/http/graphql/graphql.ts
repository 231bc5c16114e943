import { readFileSync } from 'node:fs'
import { EprError, isUlidFilter, SEARCHED, type Searched, stringifyJson } from '@epr/model'
import {
  buildSchema,
  type ExecutionResult,
  execute,
  FieldsOnCorrectTypeRule,
  GraphQLError,
  type GraphQLScalarType,
  type GraphQLSchema,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import * as z from 'zod'
import type { JsonInput, UnreadJson } from '../../registry/input.js'
import type { Registry } from '../../registry/registry.js'
import { isServerFault, toEprError } from '../core/error-response.js'
import { readObjectBody } from '../core/json-body.js'
import { API_PREFIX, defineRoute, type HttpRequest, type HttpResponse, type Route } from '../core/route.js'
import { WRITE_FAILURES } from '../core/route-doc.js'
import { FieldsWithSynonymsRule } from './field-suggestions.js'
import { assertDocumentSize, MAX_TOKENS } from './limits.js'
import { createLoadLimit } from './load-limit.js'
import { createResolvers, type GraphqlContext } from './resolvers.js'
import { JSON_SCALAR, TIME_SCALAR } from './scalars.js'
import { readVariables } from './variables.js'

export interface GraphqlOptions {
  registry: Registry
  /** What one request may load of payloads and schemas, in bytes. */
  maxGraphqlBytes: number
  log: { error(fields: object, text: string): void }
}

interface GraphqlRequest {
  query: string
  operationName: string | undefined
  variables: JsonInput | UnreadJson | undefined
}

/** The input that a kind of object is searched by: `FindEventInput`. */
function toFindInput({ inputType, filter }: Searched<string>): string {
  const fields = Object.entries(filter.shape).map(([name, field]) => {
    const type = field instanceof z.ZodBoolean ? 'Boolean' : isUlidFilter(field) ? 'ID' : 'String'
    return `  ${name}: ${type}`
  })
  return `input ${inputType} {\n${fields.join('\n')}\n}`
}

/** Both the sources and `dist/` have the file beside their reader. */
function loadSchema(): GraphQLSchema {
  const file = readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8')
  const schema = buildSchema([file, ...Object.values(SEARCHED).map(toFindInput)].join('\n'))
  Object.assign(schema.getType('JSON') as GraphQLScalarType, JSON_SCALAR)
  Object.assign(schema.getType('Time') as GraphQLScalarType, TIME_SCALAR)
  return schema
}

/** @throws EprError INVALID_ARGUMENT for a body that is not a GraphQL request; PAYLOAD_TOO_LARGE for a long document */
async function readRequest(body: Buffer): Promise<GraphqlRequest> {
  const { fields, exact: variables } = await readObjectBody(body, 'variables')
  const { query, operationName } = fields
  if (typeof query !== 'string') {
    throw new EprError(
      'INVALID_ARGUMENT',
      'the body must be {"query": "…", "variables": {…}, "operationName": "…"}',
    )
  }
  if (variables && !/^(?:\{|null$)/.test(variables.text)) {
    throw new EprError('INVALID_ARGUMENT', 'variables must be an object')
  }
  return {
    query,
    operationName: typeof operationName === 'string' && operationName !== '' ? operationName : undefined,
    variables,
  }
}

function toGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error
  // The parser and the validation rules descend by recursion.
  if (error instanceof RangeError) return new GraphQLError('the document is nested too deeply')
  return new GraphQLError((error as Error).message, { originalError: error as Error })
}

const DOC = {
  summary: 'GraphQL',
  tag: 'graphql',
  body: z.object({
    query: z.string(),
    variables: z.record(z.string(), z.unknown()).nullish(),
    operationName: z.string().nullish(),
  }),
  answer: z.object({
    data: z.record(z.string(), z.unknown()).nullish(),
    errors: z.array(z.object({ message: z.string() })).optional(),
    extensions: z.object({ truncated: z.record(z.string(), z.string()) }).optional(),
  }),
  maxBody: 'payloads',
  failures: WRITE_FAILURES,
} as const

const RULES = specifiedRules.map((rule) => (rule === FieldsOnCorrectTypeRule ? FieldsWithSynonymsRule : rule))

/** GraphQL over HTTP: every well-formed request is answered with 200, whatever its errors and headers. */
export function createGraphqlRoute({ registry, maxGraphqlBytes, log }: GraphqlOptions): Route {
  const schema = loadSchema()
  const rootValue = createResolvers(registry)

  async function run(request: GraphqlRequest, contextValue: GraphqlContext): Promise<ExecutionResult> {
    try {
      const document = parse(request.query, { maxTokens: MAX_TOKENS })
      assertDocumentSize(document)
      const errors = validate(schema, document, RULES)
      if (errors.length > 0) return { errors }
      const variableValues = await readVariables(schema, document, request.operationName, request.variables)
      const { operationName } = request
      return await execute({ schema, document, rootValue, contextValue, variableValues, operationName })
    } catch (error) {
      return { errors: [toGraphqlError(error)] }
    }
  }

  /** What a client may see of an error: the same code and words as REST's. */
  function present(error: GraphQLError, requestId: string) {
    const { originalError, locations, path } = error
    const isOurs = originalError === undefined || originalError instanceof GraphQLError
    const { code, message, details } = isOurs
      ? { code: 'INVALID_ARGUMENT', message: error.message, details: [error.message] }
      : mask(originalError, requestId)
    // The message stands beside them.
    const isSaid = details.length === 1 && details[0] === message
    const extensions = { code, ...(!isSaid && { details }), request_id: requestId }
    return { message, locations, path, extensions }
  }

  function mask(error: Error, requestId: string): EprError {
    const eprError = toEprError(error)
    if (isServerFault(eprError))
      log.error({ request_id: requestId, err: eprError.cause ?? eprError }, eprError.message)
    return eprError
  }

  function toResponse(
    status: number,
    result: ExecutionResult,
    context: GraphqlContext,
    requestId: string,
  ): HttpResponse {
    const errors = result.errors?.map((error) => present(error, requestId))
    const body = {
      ...(errors && { errors }),
      ...(result.data !== undefined && { data: result.data }),
      ...(Object.keys(context.truncated).length > 0 && { extensions: { truncated: context.truncated } }),
    }
    const refused = errors?.map(({ message, extensions: { code } }) => ({ code, message }))
    return { status, headers: { 'content-type': 'application/json' }, body: stringifyJson(body), refused }
  }

  async function answer({ body, call }: HttpRequest): Promise<HttpResponse> {
    const { requestId } = call
    const context: GraphqlContext = { call, load: createLoadLimit(maxGraphqlBytes), truncated: {} }
    let request: GraphqlRequest
    try {
      request = await readRequest(body)
    } catch (error) {
      return toResponse(400, { errors: [toGraphqlError(error)] }, context, requestId)
    }
    return toResponse(200, await run(request, context), context, requestId)
  }

  return defineRoute('post', `${API_PREFIX}/graphql/query`, DOC, answer)
}
