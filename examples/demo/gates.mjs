/** What a step records beside whether it went well. */
const integer = { type: 'integer', minimum: 0 }
const string = { type: 'string' }
const PAYLOADS = {
  build: { image: string },
  test: { passed: integer, failed: integer },
  scan: { critical: integer },
  sign: { key: string },
  deploy: { environment: string },
}

const toSchema = (properties) => ({ type: 'object', properties, required: Object.keys(properties) })

/** Creates a receiver for each step, a gate before production, and one for what has got there. */
export async function createGates(epr) {
  const about = { version: '1.0.0', description: 'from the demo' }
  const receivers = {}
  for (const [step, properties] of Object.entries(PAYLOADS)) {
    receivers[step] = await epr.receivers.create({
      ...about,
      name: step,
      type: `demo.${step}`,
      schema: toSchema(properties),
    })
  }
  const { deploy, ...before } = receivers
  const createGate = (name, event_receiver_ids) =>
    epr.groups.create({ ...about, name, type: `demo.${name}`, enabled: true, event_receiver_ids })
  return {
    receivers,
    releasable: await createGate('releasable', Object.values(before)),
    deployed: await createGate('deployed', [deploy]),
  }
}
