import { prepare } from './run.mjs'

/** Flags that npm has kept for itself, because no `--` stood before them: it puts them into its own settings. */
function keptByNpm() {
  const flags = [
    'host',
    'port',
    'db',
    'brokers',
    'topic',
    'tls-cert',
    'tls-key',
    'allowed-hosts',
    'cors-origins',
  ]
  return flags.filter((flag) => {
    const value = process.env[`npm_config_${flag.replaceAll('-', '_')}`]
    return value !== undefined && value !== ''
  })
}

const [flag] = keptByNpm()
if (flag) {
  process.stderr.write(
    `npm has kept --${flag} for itself: put -- before the flags, as in npm start -- --${flag} …\n`,
  )
  process.exit(2)
}
// The server runs in this very process: a signal that npm passes on reaches it, and nothing is orphaned.
await prepare({ quiet: true })
await import('../packages/server/bin/epr-server.mjs')
