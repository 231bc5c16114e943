#!/usr/bin/env -S node --max-semi-space-size=8
// Committed, so that the link in node_modules/.bin exists although installing comes before building.
// The young generation of V8 is bounded on the command line only: 8 MB in place of 16 take 30 MB off, and cost no speed.

/** What loading the program takes, and a start on it. */
const MIN_OPEN_FILES = 256

/** Whether a failure to load is that of a process that may not open more files; node then also says that one is missing. */
function isOutOfFiles({ code }) {
  if (code === 'EMFILE' || code === 'ENFILE') return true
  const limit = process.report.getReport().userLimits?.open_files.soft
  return code === 'ERR_MODULE_NOT_FOUND' && typeof limit === 'number' && limit < MIN_OPEN_FILES
}

// pg looks at it while it is loaded, and ends in a stack trace where no native client is.
delete process.env.NODE_PG_FORCE_NATIVE
try {
  await import('../dist/main.js')
} catch (error) {
  if (!isOutOfFiles(error)) throw error
  process.stderr.write(
    'epr-server: too many open files: raise the limit (ulimit -n, or LimitNOFILE of the service) to 1024 or more\n',
  )
  process.exit(1)
}
