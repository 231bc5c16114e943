import { type HelpEntry, readHelp } from './help.js'
import { code, table, toPage } from './markdown.js'

const LAUNCHER = 'server/bin/epr-server.mjs'

/** `(default: …, env: …)` at the end of a description, as commander writes it. */
const DEFAULT = /\(default: (.*?)(?:, preset: "true")?(?:, env: \w+)?\)(?: \(env: \w+\))?$/
const ENVIRONMENT = /env: (\w+)\)$/

function toRow({ term, description }: HelpEntry): string[] {
  const [meaning = ''] = description.split(/ \((?:default|env): /)
  const env = ENVIRONMENT.exec(description)?.[1]
  return [code(term), code(env), code(DEFAULT.exec(description)?.[1]), meaning]
}

/** Flags, environment and defaults, as the built server shows them. */
export async function serverPage(): Promise<string> {
  const [serve, moveIn, rebuild] = await Promise.all([
    readHelp(LAUNCHER),
    readHelp(LAUNCHER, ['import']),
    readHelp(LAUNCHER, ['rebuild']),
  ])
  return toPage('epr-server', [
    serve.description,
    `A flag beats the environment, and that beats the file of \`--config\`, whose keys are the names of the flags
(\`port: 8042\`).`,
    table(['flag', 'environment', 'default', ''], serve.sections.get('Options')?.map(toRow) ?? []),
    `To log in to the brokers set \`SASL_USERNAME\`, \`SASL_PASSWORD\` and \`SASL_MECHANISM\` (\`PLAIN\`, or \`SCRAM\` for
SCRAM-SHA-512 over TLS). They are read from the environment only: a flag would be seen in the list of processes.`,
    '## epr-server import',
    moveIn.description,
    code(moveIn.usage),
    table(
      ['argument', ''],
      moveIn.sections.get('Arguments')?.map((entry) => [code(entry.term), entry.description]) ?? [],
    ),
    'It takes the flags of `epr-server`, and uses those of the database, the file and the log.',
    '## epr-server rebuild',
    rebuild.description,
    code(rebuild.usage),
    'It takes the same flags. On an embedded database it runs while no server does.',
    '## Exit',
    table(
      ['code', ''],
      [
        ['0', 'it was asked to stop, and everything under way has ended'],
        ['1', 'it could not start, or not stop cleanly; the reason is on stderr'],
        ['2', 'a flag, the environment or the file is wrong'],
        ['130', 'a second signal came while it stopped'],
      ],
    ),
  ])
}
