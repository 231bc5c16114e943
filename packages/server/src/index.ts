export { type App, type AppOptions, startApp } from './app.js'
export type { Config } from './config/config.js'
export type { CloudEvent, CloudEventMapper } from './registry/cloud-events/cloud-event.js'
