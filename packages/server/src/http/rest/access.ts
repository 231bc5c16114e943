import { stringifyJson } from '@epr/model'
import * as z from 'zod'
import type { Access } from '../../access/access.js'
import { issuerDocument } from '../../access/issuer.js'
import { policyDocument } from '../../access/policy.js'
import { deedSchema, explain, toPlainGrant } from '../../access/rights.js'
import {
  type Administration,
  type IssuerEntry,
  type KeyName,
  newKeySchema,
  type PolicyEntry,
  rotationSchema,
} from '../../registry/administration.js'
import { parseInput } from '../../registry/input.js'
import { parseJsonBody } from '../core/json-body.js'
import { API_PREFIX, defineRoute, type Route, toJsonResponse } from '../core/route.js'
import { dataOf, READ_FAILURES, WRITE_FAILURES } from '../core/route-doc.js'
import { toDataResponse } from './answers.js'
import { parseQuery } from './query-params.js'

const time = z.string().meta({ format: 'date-time' })
const keyEntry = z
  .object({
    id: z.string(),
    name: z.string(),
    admin: z.boolean(),
    created_at: time,
    expires_at: time.nullable(),
    revoked_at: time.nullable(),
    last_used_at: time.nullable().meta({ description: 'To the minute.' }),
  })
  .meta({ id: 'Key' })
const shownKey = keyEntry.extend({
  key: z.string().meta({ description: 'The key itself: shown this once, and kept nowhere.' }),
})
/** Of a DELETE either the id in its path or the name in its query. */
const nameQuery = z.strictObject({ name: z.string().min(1) })
const auditQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,18}$/, 'must be an id of the list')
    .optional(),
  limit: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 1_000, 'must be a number from 1 to 1000')
    .default(100),
})

const auditEntry = z
  .object({
    id: z.string().meta({ description: 'What to pass as `after` to go on behind it.' }),
    time,
    actor: z.string().meta({ description: 'Who did it: the id of the caller.' }),
    act: z.string().meta({ example: 'policy.put' }),
    object: z.string().meta({ description: 'What it was done to.' }),
    before: z.unknown().meta({ description: 'How that was before; null where it was not.' }),
    after: z.unknown().meta({ description: 'How it was then; null where it was no more.' }),
    request_id: z.string(),
  })
  .meta({ id: 'Act' })

const policyEntry = z.object({ name: z.string(), document: policyDocument, updated_at: time })

const issuerEntry = z.object({
  name: z.string(),
  issuer: z.string(),
  document: issuerDocument,
  updated_at: time,
})

const toIssuer = ({ document, ...entry }: IssuerEntry) => ({
  ...entry,
  document: JSON.parse(document) as unknown,
})

const toPolicy = ({ name, document, resolved, updated_at }: PolicyEntry) => ({
  name,
  document: JSON.parse(document) as unknown,
  resolved: JSON.parse(resolved) as unknown,
  updated_at,
})

const bodyOf = (body: Buffer): unknown => (body.length === 0 ? {} : parseJsonBody(body).value)

/** Who may do what: keys, policies, and what was done to them. */
export function accessRoutes(administration: Administration, access: Access): Route[] {
  const tag = 'access'
  const failures = [...WRITE_FAILURES, 401]
  return [
    defineRoute(
      'get',
      `${API_PREFIX}/auth/whoami`,
      {
        summary: 'Who the server takes the caller for, and what they may do',
        tag,
        answer: dataOf(
          z.object({
            kind: z.enum(['anonymous', 'key', 'job', 'session', 'user']),
            id: z.string(),
            label: z.string(),
            open: z.boolean().meta({ description: 'Whether nobody is asked who they are.' }),
            expires_at: time.nullable().meta({ description: 'When what was sent is over; null for never.' }),
            rights: z.array(z.record(z.string(), z.unknown())),
          }),
        ),
        failures: [...READ_FAILURES, 401],
      },
      async ({ call: { principal } }) => {
        const { kind, id, label, grants, expiresAt } = principal
        const expires_at = expiresAt === undefined ? null : new Date(expiresAt).toISOString()
        return toDataResponse({
          kind,
          id,
          label,
          open: access.isOpen,
          expires_at,
          rights: grants.map(toPlainGrant),
        })
      },
    ),
    defineRoute(
      'post',
      `${API_PREFIX}/auth/explain`,
      {
        summary: 'Whether the caller may do something, and why not',
        tag,
        body: deedSchema,
        answer: dataOf(z.object({ allowed: z.boolean(), reason: z.string().nullable() })),
        failures,
      },
      async ({ body, call: { principal } }) =>
        toDataResponse(explain(principal, parseInput(deedSchema, bodyOf(body)))),
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/keys`,
      { summary: 'Keys of all times, the newest first', tag, answer: dataOf(z.array(keyEntry)), failures },
      async ({ call }) => toDataResponse(await administration.listKeys(call)),
    ),
    defineRoute(
      'post',
      `${API_PREFIX}/keys`,
      {
        summary: 'Create a key',
        tag,
        body: newKeySchema,
        answer: dataOf(shownKey),
        failures: [...failures, 409],
      },
      async ({ body, call }) => toDataResponse(await administration.createKey(bodyOf(body), call)),
    ),
    defineRoute(
      'post',
      `${API_PREFIX}/keys/rotate`,
      {
        summary: 'Make another key of the same name; the old one is good for a while',
        tag,
        query: nameQuery,
        body: rotationSchema,
        answer: dataOf(shownKey),
        failures: [...failures, 404],
      },
      async ({ body, search, call }) =>
        toDataResponse(await administration.rotateKey(parseQuery(nameQuery, search), bodyOf(body), call)),
    ),
    defineRoute(
      'delete',
      `${API_PREFIX}/keys`,
      {
        summary: 'Revoke the keys of a name',
        tag,
        query: nameQuery,
        answer: dataOf(z.array(keyEntry)),
        failures: [...failures, 404],
      },
      async ({ search, call }) =>
        toDataResponse(await administration.revokeKeys(parseQuery(nameQuery, search), call)),
    ),
    defineRoute(
      'delete',
      `${API_PREFIX}/keys/:id`,
      { summary: 'Revoke a key', tag, answer: dataOf(z.array(keyEntry)), failures: [...failures, 404] },
      async ({ params, call }) =>
        toDataResponse(await administration.revokeKeys({ id: params.id } satisfies KeyName, call)),
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/policies`,
      { summary: 'All policies', tag, answer: dataOf(z.array(policyEntry)), failures },
      async ({ call }) => toDataResponse((await administration.listPolicies(call)).map(toPolicy)),
    ),
    defineRoute(
      'put',
      `${API_PREFIX}/policies/:name`,
      {
        summary: 'Say who may do what; names stand for the receivers and groups that there are now',
        tag,
        body: policyDocument,
        answer: dataOf(policyEntry),
        failures,
      },
      async ({ params, body, call }) =>
        toDataResponse(toPolicy(await administration.putPolicy(params.name, bodyOf(body), call))),
    ),
    defineRoute(
      'delete',
      `${API_PREFIX}/policies/:name`,
      { summary: 'Take a policy away', tag, answer: dataOf(z.null()), failures: [...failures, 404] },
      async ({ params, call }) => {
        await administration.deletePolicy(params.name, call)
        return toDataResponse(null)
      },
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/issuers`,
      {
        summary: 'Whose tokens are taken for those of CI jobs',
        tag,
        answer: dataOf(z.array(issuerEntry)),
        failures,
      },
      async ({ call }) => toDataResponse((await administration.listIssuers(call)).map(toIssuer)),
    ),
    defineRoute(
      'put',
      `${API_PREFIX}/issuers/:name`,
      {
        summary: 'Take the tokens of an issuer for those of CI jobs',
        tag,
        body: issuerDocument,
        answer: dataOf(issuerEntry),
        failures: [...failures, 409],
      },
      async ({ params, body, call }) =>
        toDataResponse(toIssuer(await administration.putIssuer(params.name, bodyOf(body), call))),
    ),
    defineRoute(
      'delete',
      `${API_PREFIX}/issuers/:name`,
      {
        summary: 'Take no more tokens of an issuer',
        tag,
        answer: dataOf(z.null()),
        failures: [...failures, 404],
      },
      async ({ params, call }) => {
        await administration.deleteIssuer(params.name, call)
        return toDataResponse(null)
      },
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/audit`,
      {
        summary: 'Administrative acts, the newest first',
        tag,
        query: auditQuery,
        answer: z.object({
          data: z.array(auditEntry),
          next: z
            .string()
            .optional()
            .meta({ description: 'What to pass as `after` for more; absent at the end.' }),
        }),
        failures,
      },
      async ({ search, call }) => {
        const { after, limit } = parseQuery(auditQuery, search)
        const { rows, more } = await administration.audit(after, limit, call)
        return toJsonResponse(stringifyJson({ data: rows, next: more ? rows.at(-1)?.id : undefined }))
      },
    ),
    defineRoute(
      'delete',
      `${API_PREFIX}/actors/:id/label`,
      {
        summary: 'Erase what people call somebody who has recorded events; the id stays',
        tag,
        answer: dataOf(z.null()),
        failures: [...failures, 404],
      },
      async ({ params, call }) => {
        await administration.eraseLabel(params.id, call)
        return toDataResponse(null)
      },
    ),
  ]
}
