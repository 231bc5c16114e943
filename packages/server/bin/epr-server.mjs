#!/usr/bin/env node
// Committed, so that the link in node_modules/.bin exists although installing comes before building.

// pg looks at it while it is loaded, and ends in a stack trace where no native client is.
delete process.env.NODE_PG_FORCE_NATIVE
await import('../dist/main.js')
