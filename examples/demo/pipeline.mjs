import { setTimeout as delay } from 'node:timers/promises'

const passed = { passed: 812, failed: 0 }

/** What comes of each step, one attempt after the other; a step whose last attempt fails ends the pipeline. */
export const SERVICES = [
  { name: 'cart', version: '1.4.0' },
  { name: 'search', version: '0.9.2', test: [{ passed: 811, failed: 1 }, passed] },
  { name: 'checkout', version: '2.0.1', scan: [{ critical: 2 }] },
  { name: 'profile', version: '3.1.0' },
]

export const STEPS = ['build', 'test', 'scan', 'sign']
const USUAL = {
  build: ({ name, version }) => [{ image: `${name}:${version}` }],
  test: () => [passed],
  scan: () => [{ critical: 0 }],
  sign: () => [{ key: 'release-2026' }],
}
const STEP_MS = 350

export const toNvrpp = ({ name, version }) => ({
  name,
  version,
  release: '1',
  platform_id: 'linux',
  package: 'oci',
})

const isGood = ({ failed = 0, critical = 0 }) => failed === 0 && critical === 0

/** Takes one service through the pipeline, which records how each step went and asks nobody. */
export async function deliver(epr, service, receivers, signal) {
  for (const step of STEPS) {
    let success = false
    for (const payload of service[step] ?? USUAL[step](service)) {
      await delay(STEP_MS * (0.5 + Math.random()), undefined, { signal })
      success = isGood(payload)
      const event = { ...toNvrpp(service), description: step, payload, success }
      await epr.events.create({ ...event, event_receiver_id: receivers[step] }, { signal })
    }
    if (!success) return
  }
}
