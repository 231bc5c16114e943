import { EprError } from '@epr/model'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import type { Responder, Route } from './route.js'

export interface ExpressAppOptions {
  responder: Responder
  /** Every route, with its whole path. */
  routes: readonly Route[]
}

/** Answers the methods that a path does not have; without it they would look like an unknown path. */
function refuseMethod({ responder, routes }: ExpressAppOptions, path: string): RequestHandler {
  const methods = routes.filter((route) => route.path === path).map(({ method }) => method.toUpperCase())
  const allowed = methods.join(', ')
  return (request, response) => {
    // Clients are given the address of a page first: GraphQL's own is below its page's.
    const meant = routes.find(
      (route) => route.method.toUpperCase() === request.method && isBelow(route, path),
    )
    const elsewhere = meant ? `, and ${request.method} at ${meant.path}` : ''
    const problem = `${request.method} is not possible here: ${allowed} is${elsewhere}`
    const error = new EprError('METHOD_NOT_ALLOWED', problem)
    void responder.fail(error, response, { allow: allowed })
  }
}

const isBelow = (route: Route, path: string): boolean =>
  route.path.startsWith(`${path}/`) && !/[:*]/.test(route.path)

/** Mounts the routes on Express, which finds the one of a path. */
export function createExpressApp(options: ExpressAppOptions): Express {
  const { responder, routes } = options
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  for (const route of routes) {
    app[route.method](route.path, (request, response) => {
      void responder.run(route, request.params as Record<string, string>, request, response)
    })
  }
  for (const path of new Set(routes.map((route) => route.path))) app.all(path, refuseMethod(options, path))
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
