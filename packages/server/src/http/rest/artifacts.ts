import { artifactGatesSchema, artifactsSchema } from '@epr/model'
import type { ArtifactAnswers } from '../../registry/artifacts.js'
import { API_PREFIX, defineRoute, type Route, toJsonResponse } from '../core/route.js'
import { READ_FAILURES } from '../core/route-doc.js'
import { artifactsQuery, parseQuery, statusQuery } from './query-params.js'

export function artifactRoutes(artifacts: ArtifactAnswers): Route[] {
  return [
    defineRoute(
      'get',
      `${API_PREFIX}/artifacts`,
      {
        summary: 'Search artifacts',
        description:
          'The one that was first seen last first; with a beginning of a name, in the order of names. Kept behind the commit: the answer is as of its `cursor`.',
        tag: 'artifacts',
        isLarge: true,
        query: artifactsQuery,
        answer: artifactsSchema.meta({ id: 'Artifacts' }),
        failures: [...READ_FAILURES, 400, 503],
      },
      async ({ search, call }) =>
        toJsonResponse(JSON.stringify(await artifacts.find(parseQuery(artifactsQuery, search), call))),
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/artifacts/gates`,
      {
        summary: "An artifact's gates, and each change of them",
        tag: 'artifacts',
        isLarge: true,
        query: statusQuery,
        answer: artifactGatesSchema.meta({ id: 'ArtifactGates' }),
        failures: [...READ_FAILURES, 400, 404],
      },
      async ({ search, call }) =>
        toJsonResponse(JSON.stringify(await artifacts.gates(parseQuery(statusQuery, search), call))),
    ),
  ]
}
