import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

export interface LoggerOptions {
  json: boolean
  debug: boolean
}

/** Logs go to stderr: stdout has one line, the address. Secrets are kept out by not logging what holds them. */
export function createLogger({ json, debug }: LoggerOptions): Logger {
  const level = debug ? 'debug' : 'info'
  if (json)
    return pino(
      { level, timestamp: pino.stdTimeFunctions.isoTime },
      pino.destination({ dest: 2, sync: true }),
    )
  return pino(
    { level },
    pretty({
      destination: 2,
      sync: true,
      singleLine: true,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss',
      colorize: process.stderr.isTTY,
    }),
  )
}
