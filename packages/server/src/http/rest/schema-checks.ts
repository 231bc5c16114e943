import { EprError, elementTexts, MAX_CHECKED, payloadCheckSchema, schemaCheckSchema } from '@epr/model'
import * as z from 'zod'
import { againstSchema, type SchemaChecks } from '../../registry/schema-checks.js'
import { parseJsonBody, readObjectBody, toObjectBody } from '../core/json-body.js'
import { API_PREFIX, defineRoute, type Route } from '../core/route.js'
import { anyJson, dataOf, schemaField, WRITE_FAILURES } from '../core/route-doc.js'
import { toDataResponse } from './answers.js'
import { SCHEMA_BODY_BYTES } from './receivers.js'

const trialBody = z
  .strictObject({
    schema: schemaField,
    samples: z.array(anyJson).max(MAX_CHECKED.samples).optional(),
    against: againstSchema.optional(),
  })
  .meta({ id: 'SchemaTrial' })
const payloadBody = z.strictObject({ payload: anyJson })

const MEMBERS = ['schema', 'samples', 'against']

function toSamples(samples: unknown, text: string | undefined): string[] {
  if (samples === undefined || text === undefined) return []
  if (Array.isArray(samples) && samples.length <= MAX_CHECKED.samples) return elementTexts(text)
  throw new EprError(
    'INVALID_ARGUMENT',
    `samples must be an array of at most ${MAX_CHECKED.samples} payloads`,
  )
}

/** @throws EprError INVALID_ARGUMENT */
function readTrial(body: Buffer) {
  const json = parseJsonBody(body)
  const { fields, exact: schema } = toObjectBody(json, 'schema')
  const unknown = Object.keys(fields).find((name) => !MEMBERS.includes(name))
  if (unknown !== undefined)
    throw new EprError(
      'INVALID_ARGUMENT',
      `${JSON.stringify(unknown)} is not known: ${MEMBERS.join(', ')} are`,
    )
  const samples = toSamples(fields.samples, toObjectBody(json, 'samples').exact?.text)
  return { schema, samples, against: fields.against }
}

/** What would be, of schemas and payloads that nobody has recorded. */
export function schemaCheckRoutes(checks: SchemaChecks): Route[] {
  return [
    defineRoute(
      'post',
      `${API_PREFIX}/receivers/check`,
      {
        summary: 'Try a schema, on samples and on the payloads that a receiver has got',
        description: `Nothing is created: receivers never change, so that a schema is best tried before. It is checked as a new
receiver's is, and held to the samples and to the newest payloads of the receiver in \`against\`, 8 MiB of them and for 10
seconds at most.`,
        tag: 'receivers',
        body: trialBody,
        maxBody: SCHEMA_BODY_BYTES,
        answer: dataOf(schemaCheckSchema.meta({ id: 'SchemaCheck' })),
        failures: [...WRITE_FAILURES, 404, 429],
      },
      async ({ body, call, abort }) => toDataResponse(await checks.check(readTrial(body), call, abort())),
    ),
    defineRoute(
      'post',
      `${API_PREFIX}/receivers/:id/check`,
      {
        summary: 'Whether a receiver would take a payload',
        tag: 'receivers',
        body: payloadBody,
        maxBody: 'payloads',
        answer: dataOf(payloadCheckSchema.meta({ id: 'PayloadCheck' })),
        failures: [...WRITE_FAILURES, 404, 429],
      },
      async ({ params, body, call }) => {
        const { exact: payload } = await readObjectBody(body, 'payload')
        return toDataResponse(await checks.checkPayload(params.id, payload, call))
      },
    ),
  ]
}
