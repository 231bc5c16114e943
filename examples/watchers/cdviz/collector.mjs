import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { isCdEvent } from '@epr/cdevents'

/** Answers as the webhook of CDviz's collector does, and prints what it takes: to try the forwarder without Docker. */

const { PORT: port, CDVIZ_SECRET: secret } = process.env
const seen = new Set()

function isSigned(body, signature = '') {
  if (!secret) return true
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function parse(body) {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}

/** The status, and why. */
function take({ method, url, headers }, body) {
  if (method !== 'POST' || url !== '/webhook/000-cdevents')
    return [404, 'there is only POST /webhook/000-cdevents']
  if (!isSigned(body, headers['x-signature-256'])) return [401, 'the signature is missing or wrong']
  const event = parse(body)
  if (!isCdEvent(event)) return [400, 'the body is not a CDEvent']
  const { id, type } = event.context
  console.log(`${seen.has(id) ? 'known' : 'new'} ${type} ${event.subject.id}`)
  seen.add(id)
  return [201]
}

const server = createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const [status, detail] = take(request, Buffer.concat(chunks))
  response.writeHead(status, { 'content-type': 'application/problem+json' })
  response.end(detail && JSON.stringify({ status, detail }))
})
server.listen(Number(port || 8080), '127.0.0.1', () => {
  console.log(`collector listening on http://127.0.0.1:${server.address().port}/webhook/000-cdevents`)
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close())
