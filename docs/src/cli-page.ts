import { type Help, type HelpEntry, readHelp } from './help.js'
import { code, table, toPage } from './markdown.js'

const LAUNCHER = 'cli/bin/epr-cli.mjs'
const GLOBAL = 'Flags of every command'

interface Command {
  /** `receiver create` */
  name: string
  help: Help
}

/** A command, or those below it. */
async function readCommands(name: string): Promise<Command[]> {
  const help = await readHelp(LAUNCHER, name.split(' '))
  const below = subcommands(help)
  if (below.length === 0) return [{ name, help }]
  return (await Promise.all(below.map((each) => readCommands(`${name} ${each}`)))).flat()
}

const subcommands = ({ sections }: Help): string[] =>
  (sections.get('Commands') ?? [])
    .map(({ term }) => term.split(' ')[0] ?? '')
    .filter((name) => name !== 'help')

const toRow = ({ term, description }: HelpEntry): string[] => [code(term), description]
const isOwn = ({ term }: HelpEntry): boolean => !term.startsWith('-h, ')

function toSection({ name, help: { usage, description, sections, examples } }: Command): string {
  const own = [...(sections.get('Arguments') ?? []), ...(sections.get('Options') ?? [])].filter(isOwn)
  return [
    `## epr-cli ${name}`,
    description,
    `\`\`\`text\n${usage}\n\`\`\``,
    ...(own.length > 0 ? [table(['', ''], own.map(toRow))] : []),
    ...(examples.length > 0 ? [`\`\`\`sh no-run\n${examples.join('\n')}\n\`\`\``] : []),
  ].join('\n\n')
}

/** All commands and flags, as the built program shows them. */
export async function cliPage(): Promise<string> {
  const program = await readHelp(LAUNCHER)
  const commands = (await Promise.all(subcommands(program).map(readCommands))).flat()
  return toPage('epr-cli', [
    program.description,
    'What went wrong stands on stderr, in one line; the exit codes are among the [errors](errors.md).',
    `## ${GLOBAL}`,
    'A flag beats the environment, and that beats the file.',
    table(['', ''], program.sections.get(GLOBAL)?.map(toRow) ?? []),
    ...commands.map(toSection),
  ])
}
