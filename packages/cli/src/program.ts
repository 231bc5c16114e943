import { Command } from 'commander'
import { assertTextArguments } from './input/argument-text.js'
import { createOutput } from './output/output.js'
import { readSettings } from './settings/config.js'
import { connect } from './settings/connect.js'
import type { Context, Io, Perform } from './settings/context.js'
import { defineFlags, type FlagTable, readFlags, readGlobalFlags, VALUE_FLAGS } from './settings/flags.js'

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
  sbom: {
    description: 'SBOMs in CycloneDX',
    load: async () => (await import('./commands/sbom/sbom.js')).defineSbom,
  },
  status: {
    description: 'what the server says of itself',
    load: async () => (await import('./commands/status.js')).defineStatus,
  },
  watch: {
    description: 'follow the messages from now on',
    load: async () => (await import('./commands/watch/watch.js')).defineWatch,
  },
  'dead-letter': {
    description: 'what watchers have put aside',
    load: async () => (await import('./commands/dead-letter.js')).defineDeadLetter,
  },
  cdevents: {
    description: 'CDEvents: their types, schemas and event receivers',
    load: async () => (await import('./commands/cdevents/cdevents.js')).defineCdevents,
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
    }),
    stdin,
    stderr,
    env,
    connect: (purpose) => connect(purpose, settings, { stderr, env }),
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
 * @throws EprError, CommanderError
 */
export async function runProgram(args: readonly string[], version: string, io: Io): Promise<number> {
  assertTextArguments(args)
  let exitCode: number | undefined

  const perform: Perform = (command, flags, example, action) =>
    defineFlags(command, flags)
      .allowExcessArguments(false)
      .addHelpText('after', `\nExample:\n  $ epr-cli ${example}`)
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
        // main says it, in one line.
        outputError: () => undefined,
      }),
  ).addHelpText('after', '\nExample:\n  $ epr-cli event search --name shop --since 2h')

  for (const [name, { description, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(description)
    if (args.includes(name)) (await load())(command, perform)
  }
  await program.parseAsync([...args], { from: 'user' })
  return exitCode ?? 0
}
