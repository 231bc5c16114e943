import { Command, CommanderError } from 'commander'
import { CommandLineError } from './exit/failure.js'
import { assertTextArguments } from './input/argument-text.js'
import { createOutput } from './output/output.js'
import { readSettings } from './settings/config.js'
import { connect } from './settings/connect.js'
import type { Context, Io, Perform } from './settings/context.js'
import { defineFlags, type FlagTable, readFlags, readGlobalFlags, VALUE_FLAGS } from './settings/flags.js'
import {
  FLAGS_TOPIC,
  helpWidth,
  MIN_HELP_WIDTH,
  toExample,
  toFooter,
  visibleOptions,
} from './settings/help.js'

interface LazyCommand {
  description: string
  /** Says what the command takes; loaded when the command is called. */
  load(): Promise<(command: Command, perform: Perform) => void>
}

const COMMANDS: Readonly<Record<string, LazyCommand>> = {
  receiver: {
    description: 'event receivers: what an event must look like',
    load: async () => (await import('./commands/receiver.js')).defineReceiver,
  },
  group: {
    description: 'event receiver groups: gates',
    load: async () => (await import('./commands/group.js')).defineGroup,
  },
  event: {
    description: 'events: what happened to an artifact',
    load: async () => (await import('./commands/event.js')).defineEvent,
  },
  artifact: {
    description: 'artifacts, and their way through the gates',
    load: async () => (await import('./commands/artifact.js')).defineArtifact,
  },
  component: {
    description: 'components: which artifacts have them, as their SBOMs say',
    load: async () => (await import('./commands/component.js')).defineComponent,
  },
  find: {
    description: 'whatever a text names: an id, a name, a package URL, a hash, a component',
    load: async () => (await import('./commands/find.js')).defineFind,
  },
  delivery: {
    description: 'how well is delivered: frequency, lead time, failures, time to restore',
    load: async () => (await import('./commands/delivery.js')).defineDelivery,
  },
  sbom: {
    description: 'SBOMs in CycloneDX',
    load: async () => (await import('./commands/sbom/sbom.js')).defineSbom,
  },
  status: {
    description: 'what the server says of itself',
    load: async () => (await import('./commands/status.js')).defineStatus,
  },
  operations: {
    description: 'how the registry goes: intake, feed, relay, database, watchers',
    load: async () => (await import('./commands/operations.js')).defineOperations,
  },
  doctor: {
    description: 'what somebody should look after: gates nobody can pass, unused receivers, silent watchers',
    load: async () => (await import('./commands/doctor.js')).defineDoctor,
  },
  watch: {
    description: 'follow the messages from now on',
    load: async () => (await import('./commands/watch/watch.js')).defineWatch,
  },
  watcher: {
    description: 'watchers, and how far they are',
    load: async () => (await import('./commands/watcher.js')).defineWatcher,
  },
  'dead-letter': {
    description: 'what watchers have put aside',
    load: async () => (await import('./commands/dead-letter.js')).defineDeadLetter,
  },
  cdevents: {
    description: 'CDEvents: their types, schemas and event receivers',
    load: async () => (await import('./commands/cdevents/cdevents.js')).defineCdevents,
  },
  key: {
    description: 'keys: what callers show',
    load: async () => (await import('./commands/key.js')).defineKey,
  },
  access: {
    description: 'policies: who may do what',
    load: async () => (await import('./commands/access.js')).defineAccess,
  },
  session: {
    description: 'sessions: who is logged in',
    load: async () => (await import('./commands/session.js')).defineSession,
  },
  audit: {
    description: 'what was done to keys, policies, receivers and groups',
    load: async () => (await import('./commands/audit.js')).defineAudit,
  },
  login: {
    description: 'log in, by a code that is typed in a browser',
    load: async () => (await import('./commands/login.js')).defineLogin,
  },
  logout: {
    description: 'end the session of the last login',
    load: async () => (await import('./commands/login.js')).defineLogout,
  },
  whoami: {
    description: 'who the server takes this caller for, and what they may',
    load: async () => (await import('./commands/whoami.js')).defineWhoami,
  },
  run: {
    description: 'run a command and record how it went',
    load: async () => (await import('./commands/run/run.js')).defineRun,
  },
}

async function createContext(command: Command, { stdin, stdout, stderr, env }: Io): Promise<Context> {
  const settings = await readSettings(readGlobalFlags(command), env)
  return {
    settings,
    output: createOutput({
      stdout,
      env,
      format: settings.output,
      indent: settings.indent,
      isQuiet: settings.isQuiet,
      isPaged: settings.isPaged,
    }),
    stdin,
    stderr,
    env,
    connect: (purpose, session) =>
      connect(purpose, session === undefined ? settings : { ...settings, token: session }, { stderr, env }),
  }
}

/** With an output that shows what --jsonpath finds, where a command shows one value; rows are selected from as a whole. */
async function withSelection(
  context: Context,
  flags: FlagTable,
  request: Readonly<Record<string, unknown>>,
): Promise<Context> {
  if (flags.jsonpath !== VALUE_FLAGS.jsonpath || typeof request.jsonpath !== 'string') return context
  const { createSelectingOutput } = await import('./objects/selecting-output.js')
  return { ...context, output: createSelectingOutput(context.output, request.jsonpath) }
}

/**
 * Does what the arguments say.
 *
 * @returns the exit code
 * @throws EprError, CommandLineError
 */
export async function runProgram(typed: readonly string[], version: string, io: Io): Promise<number> {
  assertTextArguments(typed)
  // Commander itself shows the help of the first word only.
  const args = typed[0] === 'help' && typed.length > 2 ? [...typed.slice(1), '--help'] : typed
  let exitCode: number | undefined

  const perform: Perform = (command, flags, examples, action) =>
    defineFlags(command, flags)
      .allowExcessArguments(false)
      .addHelpText('after', () => toFooter([examples].flat(), helpWidth(io)))
      .action(async (...given: unknown[]) => {
        const operands = given
          .slice(0, -2)
          .flat()
          .filter((operand) => operand !== undefined)
          .map(String)
        const context = await createContext(command, io)
        const request = readFlags(command, flags)
        exitCode = await action(await withSelection(context, flags, request), request, operands)
        await context.output.end()
      })

  const program = defineFlags(
    new Command('epr-cli')
      .description('The Event Provenance Registry on the command line.')
      .version(version)
      .enablePositionalOptions()
      .exitOverride()
      .configureOutput({
        writeOut: (text) => io.stdout.write(text),
        writeErr: (text) => io.stderr.write(text),
        getOutHelpWidth: () => helpWidth(io),
        getErrHelpWidth: () => helpWidth(io),
        // main says it, in one line.
        outputError: () => undefined,
      })
      .configureHelp({ visibleOptions, minWidthToWrap: MIN_HELP_WIDTH }),
  ).addHelpText(
    'after',
    () => `\nExample:\n${toExample('event search --name shop --since 2h', helpWidth(io))}`,
  )

  for (const [name, { description, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(description)
    if (args.includes(name)) (await load())(command, perform)
  }
  defineFlags(program.command(FLAGS_TOPIC, { hidden: true }))
    .description('What every command takes, before or behind its name.')
    .helpOption(false)
    .usage('[flags]')
    .action((_request: unknown, command: Command) => command.outputHelp())
  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    throw error instanceof CommanderError ? new CommandLineError(error, nameOf(program, args)) : error
  }
  return exitCode ?? 0
}

/** The command that the arguments name, as it is typed: `event create`. */
function nameOf(program: Command, args: readonly string[]): string {
  const names: string[] = []
  let command: Command | undefined = program
  for (const word of args) {
    const below: Command | undefined = command?.commands.find((each) => each.name() === word)
    if (!below) continue
    command = below
    names.push(word)
  }
  return names.join(' ')
}
