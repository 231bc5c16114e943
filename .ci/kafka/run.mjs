#!/usr/bin/env node
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startKafka } from '../../packages/testkit/dist/index.js'

/**
 * A broker to try things with: `.ci/kafka/run.mjs` keeps it until Ctrl-C, `.ci/kafka/run.mjs command…` while the
 * command runs, which finds it in EPR_TEST_BROKERS. Needs Java, Maven and `npm run build`.
 */

const home = execFileSync(fileURLToPath(new URL('fetch', import.meta.url)), { encoding: 'utf8' }).trim()
const kafka = await startKafka({ home })
const [command, ...args] = process.argv.slice(2)
try {
  if (command === undefined) {
    process.stdout.write(`Kafka listening on ${kafka.brokers}\n`)
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  } else {
    const env = { ...process.env, EPR_TEST_BROKERS: kafka.brokers }
    const child = spawn(command, args, { env, stdio: 'inherit' })
    const [code] = await once(child, 'exit')
    process.exitCode = code ?? 1
  }
} finally {
  await kafka.stop()
}
