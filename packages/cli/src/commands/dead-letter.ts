import type { DeadLetter, DeadLetterPlace } from '@epr/watcher'
import type { Command } from 'commander'
import { CommandError } from '../exit/command-error.js'
import { UsageError } from '../exit/usage-error.js'
import { printRows } from '../objects/print-rows.js'
import { toFields } from '../objects/search-request.js'
import type { Context, Perform } from '../settings/context.js'
import { list, parseList, type Request, ROW_FLAGS, text, toggle } from '../settings/flags.js'

const FIELDS = ['time', 'id', 'kind', 'attempts', 'error', 'group', 'origin', 'key', 'headers', 'value']
const DEFAULT_FIELDS = ['time', 'id', 'kind', 'attempts', 'error']
const DEFAULT_TOPIC = 'epr.dev.events'

const FLAGS = {
  brokers: list('--brokers <list>', 'Kafka brokers, host:port with commas (EPR_BROKERS)'),
  topic: text('--topic <name>', `the topic that was watched (EPR_TOPIC, default ${DEFAULT_TOPIC})`),
  deadLetterTopic: text('--dead-letter-topic <name>', 'when they are not in <topic>.dlt'),
  brokerTls: toggle(
    '--broker-tls',
    'speak TLS to the brokers; SASL_USERNAME, SASL_PASSWORD, SASL_MECHANISM log in',
  ),
  brokerCa: text('--broker-ca <file>', 'authority of the brokers (PEM); implies --broker-tls'),
  name: text('--name <text>', 'the name of a watcher of the feed'),
  file: text('--file <file>', "when the feed's are somewhere else"),
  ...ROW_FLAGS,
}

type ListRequest = Request<typeof FLAGS>

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Text as it is; other bytes in base64, so that they survive. */
function toText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toText)
  if (!(value instanceof Uint8Array)) return value
  try {
    return utf8.decode(value)
  } catch {
    return { base64: Buffer.from(value).toString('base64') }
  }
}

function toRow(letter: DeadLetter): Record<string, unknown> {
  const headers = Object.entries(letter.headers ?? {}).map(([name, value]) => [name, toText(value)])
  const { key = null, value } = letter
  return { ...letter, key: toText(key), headers: Object.fromEntries(headers), value: toText(value) }
}

async function toTls({ brokerTls, brokerCa: file }: ListRequest): Promise<true | { ca: Buffer } | undefined> {
  if (file === undefined) return brokerTls ? true : undefined
  const { readFile } = await import('node:fs/promises')
  try {
    return { ca: await readFile(file) }
  } catch (error) {
    throw new UsageError(`--broker-ca: cannot read ${file}: ${(error as Error).message}`, error)
  }
}

/** @throws UsageError unless the flags name brokers, or else a watcher of the feed */
async function toPlace(request: ListRequest, env: NodeJS.ProcessEnv): Promise<DeadLetterPlace> {
  const { name, file, brokers: typed, deadLetterTopic } = request
  const isFeed = name !== undefined || file !== undefined
  if (isFeed && typed) throw new UsageError('give --brokers, or --name or --file: they are two places')
  if (isFeed) return { name: name ?? '', ...(file !== undefined && { deadLetterFile: file }) }
  const brokers = typed ?? parseList(env.EPR_BROKERS ?? '')
  if (brokers.length === 0)
    throw new UsageError('say where: --brokers (EPR_BROKERS) for Kafka, --name for a watcher of the feed')
  const tls = await toTls(request)
  const topic = request.topic ?? (env.EPR_TOPIC || DEFAULT_TOPIC)
  return {
    brokers,
    topic,
    clientId: 'epr-cli',
    ...(tls !== undefined && { tls }),
    ...(deadLetterTopic !== undefined && { deadLetterTopic }),
  }
}

/** From the oldest to the newest there is now. */
async function* readRows(
  place: DeadLetterPlace,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<Record<string, unknown>> {
  const { listDeadLetters, WatcherError } = await import('@epr/watcher')
  let left = limit
  try {
    for await (const letter of listDeadLetters(place)) {
      if (left-- <= 0) return
      yield toRow(letter)
    }
  } catch (error) {
    if (!(error instanceof WatcherError)) throw error
    throw new CommandError(error.code, error.message, { details: error.details, cause: error })
  }
}

async function listLetters(context: Context, request: ListRequest): Promise<undefined> {
  const fields = toFields({ fields: FIELDS, defaultFields: DEFAULT_FIELDS }, request.fields)
  const place = await toPlace(request, context.env)
  if (context.settings.dryRun) return context.output.object({ ...place, fields })
  return printRows(context, readRows(place, request.limit), fields, request)
}

export function defineDeadLetter(deadLetter: Command, perform: Perform): void {
  perform(
    deadLetter
      .command('list')
      .description('what watchers have put aside, with the reason; it changes nothing'),
    FLAGS,
    [
      'dead-letter list --brokers localhost:19092 --topic epr.dev.events',
      'dead-letter list --name gate-deploy',
    ],
    listLetters,
  )
}
