import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library'
import { createClient } from '@epr/client'
import { allOf, bySuccess, byType, createWatcher, NotRetryableError } from '@epr/watcher'
import { PackageURL } from 'packageurl-js'
import { settings } from '../program.mjs'
import { sourceOf, token } from '../source.mjs'

const { EPR_URL: url = 'http://localhost:8042', WATCH_TYPE: type = 'foo.built' } = settings
const epr = createClient({ url, token })
const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6))

/** The newest receiver of CycloneDX 1.6 that `epr-cli sbom install` has made, unless SBOM_RECEIVER names one. */
async function findReceiver() {
  if (settings.SBOM_RECEIVER) return settings.SBOM_RECEIVER
  const wanted = { type: 'org.cyclonedx.bom', version: '1.6' }
  const [newest] = await epr.receivers.find(wanted, { fields: ['id'], order: 'desc', limit: 1 })
  if (!newest) throw new Error('there is no event receiver for SBOMs: run epr-cli sbom install')
  return newest.id
}

/**
 * What the artifact is, and the `dependencies` that its build has sent: `{"express": "5.3.0"}`. Made again for the
 * same event it is the same, to the byte: so that a message that comes twice is one SBOM.
 */
function toBom({ name, version, release, platform_id, package: packaging }, { payload, created_at }) {
  const purl = new PackageURL('generic', null, name, version, { release, platform_id, package: packaging })
  const built = new Models.Component(Enums.ComponentType.Application, name, {
    version,
    bomRef: 'built',
    purl: purl.toString(),
  })
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: built, timestamp: new Date(created_at) }),
  })
  for (const [library, itsVersion] of Object.entries(payload?.dependencies ?? {})) {
    const component = new Models.Component(Enums.ComponentType.Library, library, {
      version: String(itsVersion),
      bomRef: `library ${library}`,
    })
    bom.components.add(component)
    built.dependencies.add(component.bomRef)
  }
  return JSON.parse(serializer.serialize(bom, { sortLists: true }))
}

const receiver = await findReceiver()
const watcher = createWatcher({
  source: sourceOf('sbom'),
  match: allOf(byType(type), bySuccess(true)),
  async handle(message, { id, signal }) {
    const [event] = message.data.events
    const { name, version, release, platform_id, package: packaging } = message
    const sbom = {
      ...{ name, version, release, platform_id, package: packaging },
      description: `SBOM of ${name} ${version}`,
      payload: toBom(message, event),
      success: true,
      event_receiver_id: receiver,
    }
    try {
      const created = await epr.events.create(sbom, { idempotencyKey: id, signal })
      console.log(`recorded the SBOM of ${name} ${version}: ${created}`)
    } catch (error) {
      if (error.status >= 400 && error.status < 500 && error.status !== 429)
        throw new NotRetryableError(error.message)
      throw error
    }
  },
  handleSignals: true,
})
await watcher.run()
