import { homedir } from 'node:os'
import { join } from 'node:path'
import { EprError, readBoolean, readDurationMs } from '@epr/model'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { AUTH_MODES, type AuthMode } from '../access/access.js'
import { isTrustedUrl } from '../access/issuer.js'
import { type BrokerConfig, parseBrokers, parseTopic, withBrokerSecrets } from './broker-config.js'
import { defaultDataDirectory } from './default-data-directory.js'
import { readSettingsFile } from './settings-file.js'

/** The server's settings, from flags, environment and file: a flag beats the environment beats the file. */
export interface Config extends BrokerConfig {
  /** Address to listen on. @default localhost, which is 127.0.0.1 and ::1 */
  host: string
  /** Port to listen on, 0 for a free one. @default 8042 */
  port: number
  /** A postgres URL, or a directory for the embedded PostgreSQL. @default the data directory of the platform */
  db: string
  /** File of the certificate chain (PEM): serves https. Together with `tlsKey`, or neither. */
  tlsCert?: string
  /** File of its private key (PEM). */
  tlsKey?: string
  /** Logs JSON lines in place of lines for people. @default false */
  jsonLogging: boolean
  /** Logs every answer too. @default false */
  debug: boolean
  /** The largest body in bytes, after decompression; 1 KiB to 256 MiB. @default 16 MiB */
  maxBodyBytes: number
  /** Bodies that are received or in work, all together, in bytes; small ones have a quarter of it beside. @default 64 MiB */
  maxReceivingBytes: number
  /** Answers and streams that their clients have not taken, all together, in bytes. @default 64 MiB */
  maxWaitingBytes: number
  /** Payloads that wait for the database, all together, in bytes. @default 64 MiB */
  maxQueuedBytes: number
  /** The payloads of one page of the feed or of a search, in bytes: there it ends early; 64 KiB to 256 MiB. @default 8 MiB */
  maxPageBytes: number
  /** What one GraphQL request may load of payloads and schemas, in bytes; from 1 MiB on. @default 16 MiB */
  maxGraphqlBytes: number
  /** How long messages stay in the feed, in milliseconds. @default 7 days */
  messageRetentionMs: number
  /** Whether this server, when it leads, keeps what answers about many artifacts are read from. @default on */
  projections: 'on' | 'off'
  /** Whether the page for people is served, at `/console/`. @default on */
  console: 'on' | 'off'
  /** Names beyond loopback's that a request's Host may have. @default none */
  allowedHosts: string[]
  /** Origins whose pages may read and write. @default none */
  corsOrigins: string[]
  /** The origin by which people and jobs reach the server: `https://epr.example.com`. @default none */
  publicUrl?: string | undefined
  /** Whether callers are asked who they are: `auto` while others than this machine's may reach the server, or a key exists. @default auto */
  auth: AuthMode
  /** An identity provider (OpenID Connect) at which people log in. @default none: they log in with keys */
  oidcIssuer?: string
  /** What it knows this registry as. */
  oidcClientId?: string
  /** From the environment only: a flag stands in process lists. */
  oidcClientSecret?: string | undefined
  /** The claim that lists somebody's groups. @default groups */
  oidcGroupsClaim: string
  /** Whether `/metrics` answers everybody, wherever they are. @default false: on loopback only */
  metricsOpen: boolean
  /** An admin's key that is good from the start. From the environment only: a flag stands in process lists. */
  adminKey?: string | undefined
}

/** What `--help` and `--version` print, and how the process ends then. */
export class ConfigExit extends EprError {
  readonly exitCode: number
  constructor(exitCode: number, message: string) {
    super('INVALID_ARGUMENT', message)
    this.exitCode = exitCode
  }
}

function parseDuration(text: string): number {
  const ms = readDurationMs(text)
  if (ms !== undefined) return ms
  throw new InvalidArgumentError('write a number and ms, s, m, h, d or w, like 7d.')
}

/** A whole number of a range, for commander. */
function parseInteger(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`write a whole number from ${min} to ${max}.`)
    }
    return value
  }
}

const MAX_BUDGET_BYTES = 64 * 1024 ** 3

const parseList = (text: string): string[] => text.split(/[\s,]+/).filter((item) => item !== '')

function parseFlag(text: string): boolean {
  const value = readBoolean(text)
  if (value !== undefined) return value
  throw new InvalidArgumentError('write true or false.')
}

const option = (flags: string, description: string, env: string): Option =>
  new Option(flags, description).env(env)

const flag = (name: string, description: string, env: string): Option =>
  option(`${name} [true|false]`, description, env).argParser(parseFlag).preset('true').default(false)

/** A mistake on the command line in one line, as the other programs say it. */
const toErrorLine = (text: string): string =>
  `epr-server: ${text
    .replace(/^error: /, '')
    // What stands behind a misspelt --db may hold a password.
    .replace(/(unknown option '[^'=]*)=.*'/, "$1'")
    .replace(' is invalid. ', ' is invalid: ')
    .trim()
    .replace(/\.?\s*\n\s*/g, ' ')
    .replace(/\.$/, '')}; see epr-server --help\n`

function createCommand(version: string): Command {
  return new Command('epr-server')
    .description('Records events, decides gates, sends messages. Without --db it runs its own PostgreSQL.')
    .version(version)
    .addOption(option('--host <host>', 'address to listen on', 'EPR_HOST').default('localhost'))
    .addOption(
      option('--port <port>', 'port to listen on, 0 for a free one', 'EPR_PORT')
        .argParser(parseInteger(0, 65_535))
        .default(8042),
    )
    .addOption(
      option(
        '--db <url|directory>',
        'postgres://user:password@host:port/database, or a directory for the embedded PostgreSQL (default: $XDG_DATA_HOME/epr, as root /var/lib/epr)',
        'EPR_DB',
      ),
    )
    .addOption(option('--tls-cert <file>', 'certificate chain (PEM): serves https', 'EPR_TLS_CERT'))
    .addOption(option('--tls-key <file>', 'private key (PEM) of --tls-cert', 'EPR_TLS_KEY'))
    .addOption(
      option('--brokers <list>', 'Kafka brokers, host:port with commas', 'EPR_BROKERS')
        .argParser(parseBrokers)
        .default([], 'none: messages are in the feed only'),
    )
    .addOption(
      option('--topic <name>', 'Kafka topic, created when it is missing', 'EPR_TOPIC')
        .argParser(parseTopic)
        .default('epr.dev.events'),
    )
    .addOption(flag('--broker-tls', 'TLS to the brokers', 'EPR_BROKER_TLS'))
    .addOption(
      option('--broker-ca <file>', "authorities (PEM) of the brokers' certificates", 'EPR_BROKER_CA'),
    )
    .addOption(
      option('--max-body-bytes <bytes>', 'largest request body', 'EPR_MAX_BODY_BYTES')
        .argParser(parseInteger(1_024, 256 * 1024 * 1024))
        .default(16 * 1024 * 1024),
    )
    .addOption(
      option(
        '--max-receiving-bytes <bytes>',
        'bodies being received or in work, all together',
        'EPR_MAX_RECEIVING_BYTES',
      )
        .argParser(parseInteger(1024 * 1024, MAX_BUDGET_BYTES))
        .default(64 * 1024 * 1024),
    )
    .addOption(
      option(
        '--max-waiting-bytes <bytes>',
        'answers and streams not yet taken by clients, all together',
        'EPR_MAX_WAITING_BYTES',
      )
        .argParser(parseInteger(1024 * 1024, MAX_BUDGET_BYTES))
        .default(64 * 1024 * 1024),
    )
    .addOption(
      option(
        '--max-queued-bytes <bytes>',
        'payloads that wait for the database, all together',
        'EPR_MAX_QUEUED_BYTES',
      )
        .argParser(parseInteger(1024 * 1024, MAX_BUDGET_BYTES))
        .default(64 * 1024 * 1024),
    )
    .addOption(
      option('--max-page-bytes <bytes>', 'payloads of one page of the feed or a search', 'EPR_MAX_PAGE_BYTES')
        .argParser(parseInteger(64 * 1024, 256 * 1024 * 1024))
        .default(8 * 1024 * 1024),
    )
    .addOption(
      option('--max-graphql-bytes <bytes>', 'payloads of one GraphQL answer', 'EPR_MAX_GRAPHQL_BYTES')
        .argParser(parseInteger(1024 * 1024, MAX_BUDGET_BYTES))
        .default(16 * 1024 * 1024),
    )
    .addOption(
      option('--message-retention <duration>', 'how long messages stay in the feed', 'EPR_MESSAGE_RETENTION')
        .argParser(parseDuration)
        .default(7 * 86_400_000, '7d'),
    )
    .addOption(
      option(
        '--projections <mode>',
        'whether answers about many artifacts are kept up to date: off spares their writes, and those answers stay as they are',
        'EPR_PROJECTIONS',
      )
        .choices(['on', 'off'])
        .default('on'),
    )
    .addOption(
      option('--console <mode>', 'whether the page for people is served, at /console/', 'EPR_CONSOLE')
        .choices(['on', 'off'])
        .default('on'),
    )
    .addOption(
      option(
        '--config <file>',
        'YAML file whose keys are flag names (default: $XDG_CONFIG_HOME/epr/epr.yaml)',
        'EPR_CONFIG',
      ),
    )
    .addOption(
      option(
        '--allowed-hosts <names>',
        'host names beyond localhost that requests may name, with commas',
        'EPR_ALLOWED_HOSTS',
      )
        .argParser(parseList)
        .default([], 'none'),
    )
    .addOption(
      option(
        '--cors-origins <origins>',
        'origins whose pages may read and write, with commas',
        'EPR_CORS_ORIGINS',
      )
        .argParser(parseList)
        .default([], 'none'),
    )
    .addOption(
      option(
        '--public-url <url>',
        'origin by which people and jobs reach the server, like https://epr.example.com: turns MCP at /mcp on, and is the audience of CI tokens whose issuer names none',
        'EPR_PUBLIC_URL',
      ),
    )
    .addOption(
      option(
        '--auth <mode>',
        'whether callers are asked who they are: auto while others than this machine may come, or once a key exists',
        'EPR_AUTH',
      )
        .choices(AUTH_MODES)
        .default('auto'),
    )
    .addOption(
      option(
        '--oidc-issuer <url>',
        'identity provider (OpenID Connect) at which people log in; its secret, if any, is EPR_OIDC_CLIENT_SECRET',
        'EPR_OIDC_ISSUER',
      ),
    )
    .addOption(
      option(
        '--oidc-client-id <id>',
        'what the identity provider knows this server as',
        'EPR_OIDC_CLIENT_ID',
      ),
    )
    .addOption(
      option('--oidc-groups-claim <name>', "claim with somebody's groups", 'EPR_OIDC_GROUPS_CLAIM').default(
        'groups',
      ),
    )
    .addOption(flag('--metrics-open', 'answer /metrics to everybody, wherever they are', 'EPR_METRICS_OPEN'))
    .addOption(flag('--json-logging', 'log JSON lines', 'EPR_JSON_LOGGING'))
    .addOption(flag('--debug', 'log more', 'EPR_DEBUG'))
    .allowExcessArguments(false)
    .showSuggestionAfterError()
    .configureOutput({ outputError: (text, write) => write(toErrorLine(text)) })
    .exitOverride()
}

/** Whether a failure is shown with its stack; known also when it is the configuration that cannot be read. */
export function isDebug(args: readonly string[], env: NodeJS.ProcessEnv): boolean {
  return args.includes('--debug') || ['1', 'true'].includes(env.EPR_DEBUG ?? '')
}

/** The names of the environment variables that stand for flags. */
export function environmentNames(): string[] {
  return createCommand('').options.flatMap(({ envVar }) => envVar ?? [])
}

/** The default place of the file, which may be absent; one that is named must be there. */
function readConfigFile(named: string | undefined, env: NodeJS.ProcessEnv): Map<string, string> {
  const configHome = env.XDG_CONFIG_HOME || join(env.HOME ?? '/', '.config')
  return readSettingsFile(named ?? join(configHome, 'epr', 'epr.yaml'), named === undefined)
}

/** Gives each option that neither a flag nor the environment has set the file's value, read as if typed. */
function applyConfigFile(command: Command, file: ReadonlyMap<string, string>): void {
  for (const known of command.options) {
    const text = file.get(known.name())
    const source = command.getOptionValueSource(known.attributeName())
    if (text === undefined || (source !== 'default' && source !== undefined)) continue
    try {
      const parsed = known.parseArg ? known.parseArg(text, undefined) : text
      command.setOptionValueWithSource(known.attributeName(), parsed, 'config')
    } catch (cause) {
      throw new EprError('INVALID_ARGUMENT', `--config: ${known.name()}: ${(cause as Error).message}`, {
        cause,
      })
    }
  }
}

function assertTls({ tlsCert, tlsKey }: Pick<Config, 'tlsCert' | 'tlsKey'>): void {
  if ((tlsCert === undefined) === (tlsKey === undefined)) return
  throw new EprError('INVALID_ARGUMENT', '--tls-cert and --tls-key go together: give both or neither')
}

/**
 * An address without what stands behind it: tokens are made out to it, letter by letter.
 *
 * @throws EprError INVALID_ARGUMENT, which does not repeat a URL that may hold a password
 */
function readPublicUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` && !/[?#]$/.test(text))
    return url.origin
  throw new EprError('INVALID_ARGUMENT', '--public-url must be http(s)://host or http(s)://host:port')
}

function assertProvider({ oidcIssuer, oidcClientId }: Pick<Config, 'oidcIssuer' | 'oidcClientId'>): void {
  if ((oidcIssuer === undefined) !== (oidcClientId === undefined))
    throw new EprError(
      'INVALID_ARGUMENT',
      '--oidc-issuer and --oidc-client-id go together: give both or neither',
    )
  if (oidcIssuer !== undefined && !isTrustedUrl(oidcIssuer))
    throw new EprError(
      'INVALID_ARGUMENT',
      '--oidc-issuer must be an https URL, or an http one of this machine',
    )
}

/** The settings of `epr-server key create`. */
export interface KeyConfig {
  name: string
  admin: boolean
  /** A duration, or `never`. */
  expires: string
  /** Where to; of the rest only how to log counts. */
  config: Config
}

/** @throws as {@link readConfig} does */
export function readKeyConfig(args: readonly string[], env: NodeJS.ProcessEnv, version: string): KeyConfig {
  const command = createCommand(version)
    .name('epr-server key create')
    .description('Makes a key in the database of --db, and prints it: this once.')
    .requiredOption('--name <name>', 'what it is called')
    .option('--admin', 'whether it may do everything', false)
    .option('--expires <duration>', 'how long it is good, like 90d, or never', '90d')
  const config = readCommand(command, args, env)
  return { ...command.opts<Omit<KeyConfig, 'config'>>(), config }
}

const createRebuildCommand = (version: string): Command =>
  createCommand(version)
    .name('epr-server rebuild')
    .description(
      'Has the server that leads make the projections in --db again, from the events: answers about many artifacts are incomplete until that is done.',
    )

/** The settings of `epr-server rebuild`: where, and how to log. @throws as {@link readConfig} does */
export const readRebuildConfig = (args: readonly string[], env: NodeJS.ProcessEnv, version: string): Config =>
  readCommand(createRebuildCommand(version), args, env)

/** The settings of `epr-server import SOURCE`. */
export interface ImportConfig {
  /** A postgres URL of the database that the original writes. */
  source: string
  /** Where to; of the rest only how to log counts. */
  config: Config
}

const createImportCommand = (version: string): Command =>
  createCommand(version)
    .name('epr-server import')
    .description(
      'Copies what the original server has recorded into --db: ids and times stay, what is there already is left alone.',
    )
    .argument('<source>', "postgres://… of the original's database")

/** @throws as {@link readConfig} does */
export function readImportConfig(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  version: string,
): ImportConfig {
  const command = createImportCommand(version)
  const config = readCommand(command, args, env)
  return { source: command.args[0] ?? '', config }
}

/**
 * Reads flags, environment and file.
 *
 * @param args the arguments without node and script
 * @throws ConfigExit after --help, --version and usage errors (which commander has already printed);
 *   EprError INVALID_ARGUMENT for a file that cannot be read
 */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv, version: string): Config {
  const command = createCommand(version).addHelpText(
    'after',
    '\nTo move from the original server: epr-server import --help',
  )
  return readCommand(command, args, env)
}

/** The configuration as its flags are called. */
type Flags = Omit<Config, 'messageRetentionMs' | 'adminKey' | 'oidcClientSecret'> & {
  messageRetention: number
}

/** `EPR_HOST: ${EPR_HOST}` of a compose file, with nothing set, is there and empty: commander would take it for an answer. */
function unsetEmptyVariables(command: Command): void {
  for (const { envVar } of command.options) {
    if (envVar && process.env[envVar] === '') delete process.env[envVar]
  }
}

function readCommand(command: Command, args: readonly string[], env: NodeJS.ProcessEnv): Config {
  unsetEmptyVariables(command)
  try {
    command.parse([...args], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) throw new ConfigExit(error.exitCode === 0 ? 0 : 2, error.message)
    throw error
  }
  const { config: named } = command.opts<{ config?: string }>()
  applyConfigFile(command, readConfigFile(named, env))
  const { messageRetention: messageRetentionMs, ...flags } = command.opts<Flags>()
  assertTls(flags)
  assertProvider(flags)
  const db = flags.db || defaultDataDirectory(env, process.getuid?.(), homedir())
  const adminKey = env.EPR_ADMIN_KEY || undefined
  const publicUrl = readPublicUrl(flags.publicUrl)
  const oidcClientSecret = env.EPR_OIDC_CLIENT_SECRET || undefined
  const read = { ...flags, publicUrl, messageRetentionMs, db }
  return { ...withBrokerSecrets(read, env), adminKey, oidcClientSecret }
}
