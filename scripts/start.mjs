import { prepare } from './run.mjs'

// The server runs in this very process: a signal that npm passes on reaches it, and nothing is orphaned.
await prepare({ quiet: true })
await import('../packages/server/bin/epr-server.mjs')
