import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startTestServer, waitFor } from '@epr/testkit'
import { expect, it } from 'vitest'
import { type Cluster, startCluster } from './cluster.js'
import { type Block, type Expectation, parsePage, toPattern } from './page.js'
import { PAGES, ROOT } from './pages.js'
import { type Session, startSession } from './session.js'

/** Where the pages say that the server is; it is on another port here. */
const WRITTEN = /localhost:8042/g
const BACKGROUND_TIMEOUT_MS = 60_000

async function meet(expectation: Expectation, printed: string, session: Session): Promise<void> {
  const { text, background } = expectation
  if (!background) {
    expect(printed, `what line ${expectation.line} expects`).toMatch(toPattern(text))
    return
  }
  for (const line of text.split('\n')) {
    const pattern = new RegExp(toPattern(line).source.slice(1, -1), 'm')
    await waitFor(
      `line ${expectation.line}: ${line}`,
      async () => pattern.test(`${await session.backgroundOutput()}\n`),
      BACKGROUND_TIMEOUT_MS,
    )
  }
}

async function follow(blocks: readonly Block[], session: Session, host: string): Promise<void> {
  let printed = ''
  for (const block of blocks) {
    const text = block.text.replace(WRITTEN, host)
    if (block.kind === 'expectation') await meet({ ...block, text }, printed, session)
    else if (block.background) await session.start(text)
    else
      printed = await session.run(text).catch((error: Error) => {
        throw new Error(`the block at line ${block.line}: ${error.message}`)
      })
  }
}

async function followPage(page: string, times: number): Promise<void> {
  const blocks = parsePage(await readFile(join(ROOT, page), 'utf8'))
  const server = await startTestServer({ args: ['--host', 'localhost'] })
  const speaksToCluster = blocks.some(({ kind, text }) => kind === 'command' && text.includes('kubectl '))
  const cluster: Cluster | undefined = speaksToCluster ? await startCluster() : undefined
  const session = await startSession(server.url, cluster ? [cluster.bin] : [])
  try {
    for (let time = 0; time < times; time++) await follow(blocks, session, new URL(server.url).host)
    expect(await session.leftBehind(), 'what is left in the clone').toEqual([])
  } finally {
    await session.close()
    await cluster?.close()
    await server.close()
  }
}

it.each(PAGES)('%s does what it says, and leaves nothing in the clone', (page) => followPage(page, 1))

it('what the chapter on curl says holds on a registry where it was followed before', () =>
  followPage('docs/tutorial/03-curl.md', 2))
