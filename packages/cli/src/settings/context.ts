import type { Client } from '@epr/client'
import type { Command } from 'commander'
import type { Output } from '../output/output.js'
import type { Settings } from './config.js'

/** What a command works with. */
export interface Context {
  settings: Settings
  output: Output
  stdin: NodeJS.ReadStream
  stderr: NodeJS.WriteStream
  env: NodeJS.ProcessEnv
  /** Loaded only by commands that talk to the server. @throws UsageError for a --url or --token that is none */
  connect(): Promise<Client>
}

/** What a process gives. */
export type Io = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env'>

/** A flag's value by its name in camelCase, as commander gives it. */
export type Flags = Readonly<Record<string, unknown>>

/** Does what a command says. Gives the exit code when it is not 0. */
type Action = (context: Context, flags: Flags, operands: string[]) => Promise<number | undefined>

/** Makes a command do its action, with the flags that every command has. */
export type Perform = (command: Command, example: string, action: Action) => Command

export function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}

/** `platform_id`, as fields and arguments are called, by the flag's `platformId`. */
export function toFlagKey(field: string): string {
  return field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** `--platform-id`, as it is typed. */
export function toFlagName(field: string): string {
  return `--${field.replaceAll('_', '-')}`
}
