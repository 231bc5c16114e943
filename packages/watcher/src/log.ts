/** Where a watcher says what it does; a pino logger is one. */
export interface Log {
  debug(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}

/** Lines on stderr, without the debug ones: stdout is for what a handler prints. */
export function createStderrLog(): Log {
  const write = (level: string) => (fields: object, text: string) => {
    process.stderr.write(`${new Date().toISOString()} ${level} ${text} ${JSON.stringify(fields)}\n`)
  }
  return { debug() {}, info: write('info'), warn: write('warn'), error: write('error') }
}
