import { EprError } from '@epr/model'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import type { Responder, Route } from './route.js'

export interface ExpressAppOptions {
  responder: Responder
  /** Every route, with its whole path. */
  routes: readonly Route[]
}

/** Answers the methods that a path does not have; without it they would look like an unknown path. */
function refuseMethod(responder: Responder, allowed: string): RequestHandler {
  return (request, response) => {
    const error = new EprError('METHOD_NOT_ALLOWED', `${request.method} is not possible here: ${allowed} is`)
    void responder.fail(error, response, { allow: allowed })
  }
}

/** Mounts the routes on Express, which finds the one of a path. */
export function createExpressApp({ responder, routes }: ExpressAppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  for (const route of routes) {
    app[route.method](route.path, (request, response) => {
      void responder.run(route, request.params as Record<string, string>, request, response)
    })
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map(({ method }) => method.toUpperCase())
    app.all(path, refuseMethod(responder, methods.join(', ')))
  }
  app.use((request, response) => {
    void responder.fail(
      new EprError('NOT_FOUND', `there is nothing at ${request.method} ${request.path}`),
      response,
    )
  })
  const onError: ErrorRequestHandler = (error, _request, response, _next) =>
    void responder.fail(error, response)
  app.use(onError)
  return app
}
