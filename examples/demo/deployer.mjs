import { join } from 'node:path'
import { anyOf, byType, createWatcher, feedSource, opens, route } from '@epr/watcher'
import { STEPS } from './pipeline.mjs'
import { screen } from './screen.mjs'

const quiet = { debug() {}, info() {}, warn: console.warn, error: console.error }

const toNvrpp = ({ name, version, release, platform_id, package: packageType }) => ({
  name,
  version,
  release,
  platform_id,
  package: packageType,
})

/**
 * Starts the watcher. It shows each step, and whenever the gate opens for an artifact it deploys that,
 * which it records in turn. It knows nothing of the pipeline, nor the pipeline of it.
 */
export function startDeployer(epr, { url, directory }, { receivers, releasable }) {
  async function show(message, { signal }) {
    const gate = await epr.groups.status(releasable, toNvrpp(message), { signal })
    const [, step] = message.type.split('.')
    screen.step(message, step, gate.state, gate.explanation)
  }

  async function deploy(message, { id, signal }) {
    screen.deploys(message)
    const event = {
      ...toNvrpp(message),
      description: 'by the watcher',
      payload: { environment: 'production' },
    }
    // A message may come twice: under its id the event is recorded once.
    const options = { idempotencyKey: id, signal }
    await epr.events.create({ ...event, success: true, event_receiver_id: receivers.deploy }, options)
  }

  const watcher = createWatcher({
    source: feedSource({
      url,
      name: 'deployer',
      cursorFile: join(directory, 'deployer.cursor'),
      deadLetterFile: join(directory, 'deployer.dlt.ndjson'),
    }),
    routes: [
      route({ match: anyOf(...STEPS.map((step) => byType(`demo.${step}`))), handle: show }),
      route({ match: opens(releasable), handle: deploy }),
    ],
    log: quiet,
  })
  return { running: watcher.run(), stop: watcher.stop }
}
