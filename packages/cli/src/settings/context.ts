import type { Client } from '@epr/client'
import type { Command } from 'commander'
import type { Output } from '../output/output.js'
import type { Settings } from './config.js'
import type { FlagTable, Request } from './flags.js'

/** What a command works with. */
export interface Context {
  settings: Settings
  output: Output
  stdin: NodeJS.ReadStream
  stderr: NodeJS.WriteStream
  env: NodeJS.ProcessEnv
  /**
   * A client for what the command does: what is to be recorded must outlive a restart of the server, and who only asks is
   * answered soon. Loaded only by commands that talk to the server.
   *
   * @param session in place of the token of the settings
   * @throws UsageError for an invalid --url or --token
   */
  connect(purpose: 'ask' | 'record', session?: string): Promise<Client>
}

/** What a process gives. */
export type Io = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env'>

/** Does what a command says. Gives the exit code when it is not 0. */
type Action<Table extends FlagTable> = (
  context: Context,
  request: Request<Table>,
  operands: string[],
) => Promise<number | undefined>

/** Makes a command do its action, with its own flags and those that every command has. */
export type Perform = <Table extends FlagTable>(
  command: Command,
  flags: Table,
  examples: string | readonly string[],
  action: Action<Table>,
) => Command
