import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The files that a broker starts from. */

const STORE_PASSWORD = 'epr-test'
/** Of the broker's own topic, in which groups keep how far they are. */
export const OFFSETS_PARTITIONS = 4

export interface KafkaPorts {
  plain: number
  controller: number
  saslPlain: number
  saslTls: number
  /** Where it listens beside, and the port at which it says it does. */
  links: readonly { listens: number; advertised: number }[]
}

export interface KafkaUser {
  username: string
  password: string
}

/** A key and a certificate for this machine, good for a day; the JDK brings the tool. */
async function writeCertificate(directory: string): Promise<void> {
  const store = ['-alias', 'broker', '-keystore', join(directory, 'broker.p12'), '-storepass', STORE_PASSWORD]
  const subject = ['-dname', 'CN=localhost', '-ext', 'SAN=dns:localhost,ip:127.0.0.1', '-validity', '1']
  const keytool = promisify(execFile)
  await keytool('keytool', ['-genkeypair', ...store, '-storetype', 'PKCS12', '-keyalg', 'EC', ...subject])
  await keytool('keytool', ['-exportcert', '-rfc', ...store, '-file', join(directory, 'ca.pem')])
}

const PLAIN_LOGIN = 'org.apache.kafka.common.security.plain.PlainLoginModule'
const SCRAM_LOGIN = 'org.apache.kafka.common.security.scram.ScramLoginModule'

/** `allowed` may do everything, `forbidden` nothing; who comes without a name is trusted. */
function securitySettings(directory: string, allowed: KafkaUser, forbidden: KafkaUser): string[] {
  const users = [allowed, forbidden].map(({ username, password }) => `user_${username}="${password}"`)
  return [
    'listener.name.sasl_plaintext.sasl.enabled.mechanisms=PLAIN',
    `listener.name.sasl_plaintext.plain.sasl.jaas.config=${PLAIN_LOGIN} required ${users.join(' ')};`,
    'listener.name.sasl_ssl.sasl.enabled.mechanisms=SCRAM-SHA-512',
    `listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=${SCRAM_LOGIN} required;`,
    `ssl.keystore.location=${join(directory, 'broker.p12')}`,
    `ssl.keystore.password=${STORE_PASSWORD}`,
    'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    `super.users=User:ANONYMOUS;User:${allowed.username}`,
  ]
}

/** Combined KRaft mode: one process, one replica of everything, nothing created that nobody asked for. */
function settings(directory: string, ports: KafkaPorts, security: string[]): string {
  const listeners = [`PLAINTEXT://127.0.0.1:${ports.plain}`]
  const linked = ports.links.map(({ listens }, index) => `LINK${index}://127.0.0.1:${listens}`)
  const advertised = ports.links.map((port, index) => `LINK${index}://127.0.0.1:${port.advertised}`)
  const protocols = ports.links.map((_, index) => `,LINK${index}:PLAINTEXT`)
  if (security.length > 0) {
    listeners.push(`SASL_PLAINTEXT://127.0.0.1:${ports.saslPlain}`, `SASL_SSL://127.0.0.1:${ports.saslTls}`)
  }
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${ports.controller}`,
    'controller.listener.names=CONTROLLER',
    `listeners=${[...listeners, ...linked].join(',')},CONTROLLER://127.0.0.1:${ports.controller}`,
    `advertised.listeners=${[...listeners, ...advertised].join(',')}`,
    `listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL${protocols.join('')}`,
    'inter.broker.listener.name=PLAINTEXT',
    `log.dirs=${join(directory, 'data')}`,
    'num.partitions=4',
    'default.replication.factor=1',
    'offsets.topic.replication.factor=1',
    `offsets.topic.num.partitions=${OFFSETS_PARTITIONS}`,
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'auto.create.topics.enable=false',
    'group.initial.rebalance.delay.ms=0',
    // A broker that was killed is fenced for this long, and takes no leadership meanwhile.
    'broker.session.timeout.ms=3000',
    'broker.heartbeat.interval.ms=500',
    ...security,
    '',
  ].join('\n')
}

export interface KafkaFilesOptions {
  directory: string
  ports: KafkaPorts
  secure: boolean
  allowed: KafkaUser
  forbidden: KafkaUser
}

/** @returns the path of the settings */
export async function writeKafkaFiles(options: KafkaFilesOptions): Promise<string> {
  const { directory, ports, secure, allowed, forbidden } = options
  await mkdir(join(directory, 'data'), { recursive: true })
  if (secure) await writeCertificate(directory)
  const file = join(directory, 'server.properties')
  const security = secure ? securitySettings(directory, allowed, forbidden) : []
  await writeFile(file, settings(directory, ports, security))
  return file
}
