import { once } from 'node:events'
import { createClient } from '@epr/client'
import { startDeployer } from './deployer.mjs'
import { createGates } from './gates.mjs'
import { deliver, SERVICES, toNvrpp } from './pipeline.mjs'
import { startRegistry } from './registry.mjs'
import { screen } from './screen.mjs'

const DEPLOYED_WITHIN_MS = 30_000

const stays = process.stdout.isTTY === true && !process.argv.includes('--once')
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => stopping.abort(new Error(`stopped by ${signal}`)))
}

/** How a service has ended; one that the gate has let through has to be in production soon. */
async function resultOf(epr, service, { releasable, deployed }) {
  const nvrpp = toNvrpp(service)
  const { signal } = stopping
  const gate = await epr.groups.status(releasable, nvrpp, { signal })
  const { state } = await (gate.state === 'open'
    ? epr.groups.waitUntilOpen(deployed, nvrpp, { timeoutMs: DEPLOYED_WITHIN_MS, signal })
    : epr.groups.status(deployed, nvrpp, { signal }))
  return { service, isDeployed: state === 'open', gate: gate.explanation }
}

/** Commands for another terminal: why a service is held back, and what lets it through. */
function toCommands(url, { service }, { receivers, releasable }) {
  const cli = `EPR_URL=${url} npx epr-cli`
  const artifact = Object.entries(toNvrpp(service))
    .map(([field, value]) => `--${field.replace('_', '-')} ${value}`)
    .join(' ')
  const pass = (step, payload) =>
    `${cli} event create --event-receiver-id ${receivers[step]} ${artifact} --description again --success --payload '${payload}'`
  return {
    [`why is ${service.name} held back?`]: `${cli} group status --id ${releasable} ${artifact}`,
    'a scan that finds nothing,': pass('scan', '{"critical": 0}'),
    'and a signature: the watcher deploys it': pass('sign', '{"key": "release-2026"}'),
  }
}

/** @returns whether all has come as it must: the service whose scan failed is held back, the others are deployed */
async function tellStory(epr, { url }, gates) {
  screen.title(url)
  await Promise.all(SERVICES.map((service) => deliver(epr, service, gates.receivers, stopping.signal)))
  const results = await Promise.all(SERVICES.map((service) => resultOf(epr, service, gates)))
  screen.summary(results)
  const [heldBack, ...others] = results.filter(({ isDeployed }) => !isDeployed)
  screen.next(url, {
    ...(stays && heldBack && toCommands(url, heldBack, gates)),
    'do all of it by hand': 'docs/tutorial/index.md',
    'start a registry that keeps what you record': 'npm start',
  })
  return others.length === 0 && heldBack?.service.name === 'checkout'
}

async function main() {
  const registry = await startRegistry()
  try {
    const epr = createClient({ url: registry.url })
    const gates = await createGates(epr)
    const deployer = startDeployer(epr, registry, gates)
    try {
      const isAsExpected = await Promise.race([tellStory(epr, registry, gates), deployer.running])
      if (!stays) screen.ends()
      else {
        screen.stays()
        if (!stopping.signal.aborted) await Promise.race([once(stopping.signal, 'abort'), deployer.running])
      }
      return isAsExpected ? 0 : 1
    } finally {
      await deployer.stop()
    }
  } finally {
    await registry.stop()
  }
}

process.exitCode = await main().catch((error) => {
  const { aborted, reason } = stopping.signal
  process.stderr.write(`the demo has ended early: ${(aborted ? reason : error).message}\n`)
  return 1
})
