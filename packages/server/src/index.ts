export { type App, type AppOptions, startApp } from './app.js'
export type { Config } from './config.js'
