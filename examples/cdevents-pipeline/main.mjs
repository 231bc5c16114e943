import { buildCdEvent, findEventType, toEprEvent, toPackageUrl } from '@epr/cdevents'
import { createClient } from '@epr/client'

const [name = 'my-app', version = '1.0.0', outcome = 'success'] = process.argv.slice(2)
const nvrpp = { name, version, release: '1', platform_id: 'linux', package: 'oci' }
const artifactId = toPackageUrl(nvrpp)
const environment = { id: 'staging' }

const epr = createClient({
  url: process.env.EPR_URL || 'http://localhost:8042',
  token: process.env.EPR_TOKEN,
})
const chainId = crypto.randomUUID()
const run = `run-${chainId.slice(0, 8)}`
let previous

/** Records what the pipeline has done, linked to what it did before. */
async function tell(what, id, content) {
  const type = findEventType(what)
  const [receiver] = await epr.receivers.find({ type }, { order: 'desc', limit: 1, fields: ['id'] })
  if (!receiver) throw new Error(`no receiver takes ${type}: epr-cli cdevents install ${what}`)
  const event = buildCdEvent(type, {
    source: `/pipelines/${name}`,
    subject: { id, content },
    chainId,
    ...(previous && { links: [{ linkType: 'PATH', from: { contextId: previous } }] }),
  })
  const recorded = toEprEvent(event, { event_receiver_id: receiver.id, nvrpp })
  await epr.events.create(recorded)
  previous = event.context.id
  console.log(`${recorded.success ? 'ok    ' : 'failed'} ${type} ${id}`)
}

const pipeline = { pipelineName: name, uri: `https://ci.example.com/${run}` }
await tell('pipelinerun.started', run, pipeline)
await tell('build.started', `${run}/build`, {})
await tell('build.finished', `${run}/build`, { artifactId })
await tell('artifact.packaged', artifactId, { change: { id: 'abc123def456' } })
await tell('testsuiterun.finished', `${run}/scan`, {
  outcome,
  environment,
  testSuite: { id: 'security-scan', name: 'security scan' },
})
if (outcome === 'success') await tell('service.deployed', name, { environment, artifactId })
await tell('pipelinerun.finished', run, { ...pipeline, outcome })
