import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitFor } from '@epr/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isListening, startScript } from './script.js'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'epr-demo-test-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const startDemo = () => startScript(['run', 'demo', '--', '--once'], { TMPDIR: directory })

/** What the demo makes in its temporary directory begins so; tools that it runs may keep caches there. */
const leftovers = async () => (await readdir(directory)).filter((name) => name.startsWith('epr-'))

const urlIn = (output: string): string | undefined => /^registry +(\S+)$/m.exec(output)?.[1]

it('npm run demo deploys three services, holds back the one whose scan failed, and leaves nothing', async () => {
  const demo = startDemo()
  const [code] = await once(demo.child, 'close')
  const { stdout, stderr } = demo.output()
  expect(code, stderr).toBe(0)
  const deployed = [...stdout.matchAll(/^(\S+) .* the gate has opened: the watcher deploys it$/gm)]
  expect(deployed.map(([, name]) => name).sort()).toEqual(['cart', 'profile', 'search'])
  expect([...stdout.matchAll(/^(\S+) .* in production$/gm)].map(([, name]) => name)).toEqual([
    'cart',
    'search',
    'profile',
  ])
  expect(stdout).toMatch(/^search .* test +✗ failed +gate failed \d+s: test has failed/m)
  expect(stdout).toMatch(/^checkout .* held back, gate failed \d+s: scan has failed, sign has no event$/m)
  const url = urlIn(stdout)
  expect(stdout).toContain(`${url}/console/`)
  expect(stdout).toContain(`${url}/api/v1/graphql`)
  expect(await isListening(url ?? '')).toBe(false)
  expect(await leftovers()).toEqual([])
})

it('a demo that is stopped midway leaves nothing either', async () => {
  const demo = startDemo()
  const closed = once(demo.child, 'close')
  const url = await waitFor(
    'the first step',
    () => {
      const { stdout } = demo.output()
      return stdout.includes('passed') && urlIn(stdout)
    },
    120_000,
  )
  expect(await isListening(url)).toBe(true)
  demo.child.kill('SIGTERM')
  const [code] = await closed
  expect(code).toBe(1)
  expect(demo.output().stderr).toContain('the demo has ended early: stopped by SIGTERM')
  expect(await isListening(url)).toBe(false)
  expect(await leftovers()).toEqual([])
})
