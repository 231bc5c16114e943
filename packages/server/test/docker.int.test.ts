import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { environmentNames } from '../src/config/config.js'

const read = (name: string) => readFile(new URL(`../../../${name}`, import.meta.url), 'utf8')

interface Service {
  build?: string
  image?: string
  ports?: string[]
  environment?: Record<string, string>
  healthcheck?: { test: string[] }
  depends_on?: Record<string, { condition: string }>
  volumes?: string[]
}
interface Compose {
  services: Record<string, Service>
  volumes: Record<string, null>
}

describe('docker-compose.yaml', () => {
  it("offers the workshop's ports", async () => {
    const { services } = parse(await read('docker-compose.yaml')) as Compose
    const ports = Object.values(services).flatMap((service) => service.ports ?? [])
    expect(ports.map((port) => Number(port.split(':').at(-2))).sort((a, b) => a - b)).toEqual([
      5432, 8042, 8080, 19092,
    ])
  })

  it('waits for services that say when they are healthy, and names only what exists', async () => {
    const { services, volumes } = parse(await read('docker-compose.yaml')) as Compose
    for (const { depends_on = {}, volumes: mounts = [], image, build } of Object.values(services)) {
      expect(Boolean(image) !== Boolean(build)).toBe(true)
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect([condition, services[name]?.healthcheck?.test.length]).toEqual([
          'service_healthy',
          expect.any(Number),
        ])
      }
      for (const mount of mounts) expect(volumes).toHaveProperty(mount.split(':')[0] ?? '')
    }
    // The server's own is in its image.
    expect(await read('Dockerfile')).toMatch(/^HEALTHCHECK /m)
  })

  it('gives the server an environment that it understands, and that fits the other services', async () => {
    const { services } = parse(await read('docker-compose.yaml')) as Compose
    const environment = services.epr?.environment ?? {}
    const known = environmentNames()
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([])
    const database = new URL(environment.EPR_DB ?? '')
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = services.postgres?.environment ?? {}
    expect([database.hostname, database.username, database.password, database.pathname]).toEqual([
      'postgres',
      POSTGRES_USER,
      POSTGRES_PASSWORD,
      `/${POSTGRES_DB}`,
    ])
    expect(environment.EPR_BROKERS?.split(':')[0]).toBe('redpanda')
  })
})

describe('the image', () => {
  it('runs as somebody else than root, on glibc, and keeps its data in a volume of that user', async () => {
    const dockerfile = await read('Dockerfile')
    expect(dockerfile).toMatch(/^USER node$/m)
    expect(dockerfile).not.toMatch(/alpine|musl:/)
    expect(dockerfile).toMatch(/^VOLUME \/var\/lib\/epr$/m)
    expect(dockerfile).toContain('chown node:node /var/lib/epr')
  })
})
