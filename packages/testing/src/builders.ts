/** Bodies of requests, each good as it is; a test overrides what it is about. */

type Fields = Record<string, unknown>

/** NVRPP of an artifact that no other test has. */
export function buildNvrpp(overrides: Fields = {}) {
  return {
    name: `artifact-${crypto.randomUUID()}`,
    version: '1.0.0',
    release: '2026.11.23',
    platform_id: 'x86-64-gnu-linux-9',
    package: 'docker',
    ...overrides,
  }
}

export function buildReceiver(overrides: Fields = {}) {
  return {
    name: 'foo-cli',
    type: 'epr.foo.cli',
    version: '1.0.0',
    description: 'foo cli created foo',
    schema: {},
    ...overrides,
  }
}

export function buildGroup(event_receiver_ids: string[], overrides: Fields = {}) {
  return {
    name: 'foo-group',
    type: 'epr.foo.group',
    version: '1.0.0',
    description: 'a gate of foo',
    enabled: true,
    event_receiver_ids,
    ...overrides,
  }
}

export function buildEvent(event_receiver_id: string, overrides: Fields = {}) {
  return {
    ...buildNvrpp(),
    description: 'foo was built',
    payload: { name: 'joe' },
    success: true,
    event_receiver_id,
    ...overrides,
  }
}

/** A CloudEvent about an artifact that no other test has. */
export function buildCloudEvent(overrides: Fields = {}) {
  const { name, version, release, platform_id, package: packaging } = buildNvrpp()
  return {
    specversion: '1.0',
    id: crypto.randomUUID(),
    source: '/tests',
    type: 'epr.foo.cli',
    eprname: name,
    eprversion: version,
    eprrelease: release,
    eprplatformid: platform_id,
    eprpackage: packaging,
    data: { name: 'joe' },
    ...overrides,
  }
}
