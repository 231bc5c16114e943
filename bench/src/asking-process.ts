import { Agent, get } from 'node:http'

/** Clients that ask for the same again and again, each on a connection of its own, until they are stopped. */
interface AskingInput {
  url: string
  clients: number
}

const { url, clients } = JSON.parse(process.argv[2] ?? '{}') as AskingInput
const agent = new Agent({ keepAlive: true, maxSockets: clients })
const counts = new Map<number, number>()

function ask(): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      const { statusCode = 0 } = response
      counts.set(statusCode, (counts.get(statusCode) ?? 0) + 1)
      response.resume().on('end', resolve)
    }).on('error', reject)
  })
}

async function keepAsking(): Promise<void> {
  for (;;) await ask()
}

process.on('SIGTERM', () => {
  process.stderr.write(`asked: ${[...counts].map(([status, count]) => `${count} × ${status}`).join(', ')}\n`)
  process.exit(0)
})
process.stdout.write(`${url}\n`)
await Promise.all(Array.from({ length: clients }, keepAsking))
