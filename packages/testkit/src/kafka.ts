import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Admin, createKafkaConnection } from '@epr/kafka'
import { waitFor } from '@epr/testing'
import { createFaultyLink, type FaultyLink } from './faulty-link.js'
import { type KafkaPorts, type KafkaUser, OFFSETS_PARTITIONS, writeKafkaFiles } from './kafka-files.js'

export interface KafkaOptions {
  /** Directory of Apache Kafka's jars, as `.ci/kafka/fetch` makes it. */
  home: string
  /** Also listen with SASL, PLAIN without and SCRAM over TLS, and let only some write. @default false */
  secure?: boolean
  /** How many faulty links lead to it beside the way without faults. @default 0 */
  links?: number
}

/** A broker of a test's own, on free ports and with its data in a temporary directory. */
export interface KafkaBroker {
  /** `host:port`, no TLS and no login. */
  readonly brokers: string
  /** What a secure broker has beside; with it the two users, and the file of its authority (PEM). */
  readonly secure: {
    saslPlain: string
    saslTls: string
    ca: string
    allowed: KafkaUser
    forbidden: KafkaUser
  }
  /** Who connects by the port of a link stays on it. */
  readonly links: readonly FaultyLink[]
  /** Ends the process at once. */
  kill(): Promise<void>
  /** Starts it again after {@link kill}, on the same data and the same ports. */
  restart(): Promise<void>
  /** Ends the process and removes its data. */
  stop(): Promise<void>
}

const START_TIMEOUT_MS = 60_000
const JAVA = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
/**
 * Java, killed as soon as our end of its stdin closes: also a test that is killed itself leaves no broker behind.
 * Descriptor 3 keeps stdin for the guard, because a shell takes it from what runs in the background.
 */
const GUARDED =
  'exec 3<&0; java "$@" </dev/null & pid=$!; { read -r _ <&3; kill -9 $pid; } >/dev/null 2>&1 & exec 3<&-; wait $pid'
/** Of no meaning, but storage wants one: 16 bytes as base64url. */
const CLUSTER_ID = 'ZXByLXRlc3QtY2x1c3Rlcg'
const ALLOWED: KafkaUser = { username: 'epr', password: 'epr-secret' }
const FORBIDDEN: KafkaUser = { username: 'nobody', password: 'nobody-secret' }

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

async function ask<Answer>(brokers: string, question: (admin: Admin) => Promise<Answer>): Promise<Answer> {
  const options = { brokers: [brokers], clientId: 'epr-testkit', retry: { retries: 0 }, log: { debug() {} } }
  const admin = createKafkaConnection(options).client.admin()
  try {
    await admin.connect()
    return await question(admin)
  } finally {
    await admin.disconnect()
  }
}

/** Whether it knows itself: an open port alone does not mean that it can be used. */
const answers = (brokers: string): Promise<boolean> =>
  ask(brokers, async (admin) => (await admin.describeCluster()).brokers.length === 1)

/**
 * One for each partition of the offsets, which is chosen by the hash of the name: it grows by one with the last letter.
 * Where the first group of all is asked for, these partitions are made, and until they are loaded every group is refused.
 */
const FIRST_GROUPS = Array.from({ length: OFFSETS_PARTITIONS }, (_, index) => `epr-testkit-${index}`)

/** Whether groups are answered. */
const coordinates = (brokers: string): Promise<boolean> =>
  ask(brokers, async (admin) => {
    // Whom to ask for a coordinator is known only then.
    await admin.describeCluster()
    for (const groupId of FIRST_GROUPS) await admin.fetchOffsets({ groupId })
    return true
  })

async function launch(classPath: string, settings: string, brokers: string): Promise<ChildProcess> {
  const child = spawn('sh', ['-c', GUARDED, 'kafka', ...JAVA, '-cp', classPath, 'kafka.Kafka', settings], {
    stdio: 'pipe',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + String(chunk)).slice(-10_000)
    })
  }
  let ended = false
  child.once('exit', () => {
    ended = true
  })
  try {
    // Its end is an answer too, and must not be taken for "not yet".
    await waitFor('the broker', async () => ended || (await answers(brokers)), START_TIMEOUT_MS)
    if (ended) throw new Error('the broker ended')
    return child
  } catch (error) {
    await end(child)
    throw new Error(`Kafka did not start: ${output}`, { cause: error })
  }
}

async function format(classPath: string, settings: string): Promise<void> {
  const { username, password } = ALLOWED
  const scram = `SCRAM-SHA-512=[name=${username},password=${password}]`
  const args = ['-cp', classPath, 'kafka.tools.StorageTool', 'format']
  await promisify(execFile)('java', [...args, '-t', CLUSTER_ID, '-c', settings, '--add-scram', scram])
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.stdin?.destroy()
  await exited
}

/** Starts Apache Kafka (Java 17 or newer must be on the path) and waits until it answers. */
export async function startKafka({
  home,
  secure = false,
  links: linkCount = 0,
}: KafkaOptions): Promise<KafkaBroker> {
  const directory = await mkdtemp(join(tmpdir(), 'epr-kafka-'))
  const links: FaultyLink[] = []
  const remove = async () => {
    await Promise.all(links.map((link) => link.close()))
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const [plain = 0, controller = 0, saslPlain = 0, saslTls = 0, ...linked] = await freePorts(4 + linkCount)
    for (const port of linked) links.push(await createFaultyLink({ host: '127.0.0.1', port }))
    const ports: KafkaPorts = {
      plain,
      controller,
      saslPlain,
      saslTls,
      links: links.map(({ port }, index) => ({ listens: linked[index] ?? 0, advertised: port })),
    }
    const classPath = join(home, '*')
    const users = { allowed: ALLOWED, forbidden: FORBIDDEN }
    const settings = await writeKafkaFiles({ directory, ports, secure, ...users })
    await format(classPath, settings)
    const brokers = `127.0.0.1:${plain}`
    let child = await launch(classPath, settings, brokers)
    await waitFor('the coordinator of groups', () => coordinates(brokers), START_TIMEOUT_MS).catch(
      async (error) => {
        await end(child)
        throw error
      },
    )
    return {
      brokers,
      secure: {
        saslPlain: `127.0.0.1:${saslPlain}`,
        saslTls: `127.0.0.1:${saslTls}`,
        ca: join(directory, 'ca.pem'),
        ...users,
      },
      links,
      kill: () => end(child),
      async restart() {
        await end(child)
        child = await launch(classPath, settings, brokers)
      },
      async stop() {
        await end(child)
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
