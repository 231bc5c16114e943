import { EprError } from '@epr/model'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import type { Route } from './route.js'
import type { Adapter } from './run-route.js'

export interface ExpressAppOptions {
  adapter: Adapter
  /** Every route, with its whole path. */
  routes: readonly Route[]
}

/** Answers the methods that a path does not have; without it they would look like an unknown path. */
function refuseMethod(adapter: Adapter, allowed: string): RequestHandler {
  return (request, response) => {
    const error = new EprError('METHOD_NOT_ALLOWED', `${request.method} is not possible here: ${allowed} is`)
    void adapter.fail(error, response, { allow: allowed })
  }
}

/** Mounts the REST core's routes on Express, which brings the routing. */
export function createExpressApp({ adapter, routes }: ExpressAppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  for (const { method, path, operation } of routes) {
    app[method](path, (request, response) => {
      void adapter.run(operation, request.params as Record<string, string>, request, response)
    })
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map(({ method }) => method.toUpperCase())
    app.all(path, refuseMethod(adapter, methods.join(', ')))
  }
  app.use((request, response) => {
    void adapter.fail(
      new EprError('NOT_FOUND', `there is nothing at ${request.method} ${request.path}`),
      response,
    )
  })
  const onError: ErrorRequestHandler = (error, _request, response, _next) =>
    void adapter.fail(error, response)
  app.use(onError)
  return app
}
