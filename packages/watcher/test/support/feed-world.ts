import { buildEvent, buildReceiver, createApi, startTestServer, type TestServer, waitFor } from '@epr/testkit'

/** A built server with a feed of a test's own, and a directory for what watchers keep. */
export interface FeedWorld {
  readonly server: TestServer
  readonly directory: string
  /** Records events for a receiver of type `foo.bar`, and waits until the feed has them. @returns the messages' ids */
  tell(names: readonly string[], fields?: object): Promise<string[]>
  close(): Promise<void>
}

export async function createFeedWorld(): Promise<FeedWorld> {
  const server = await startTestServer()
  try {
    const api = createApi(server.url)
    const receiver = await api.create('/receivers', buildReceiver({ type: 'foo.bar' }))
    return {
      server,
      directory: server.directory,
      async tell(names, fields = {}) {
        const ids: string[] = []
        const { next: start } = (await api.get('/messages?after=latest&limit=1')).json
        for (const name of names) {
          const artifact = { name, version: '1', release: '1', platform_id: 'linux', package: 'oci' }
          ids.push(await api.create('/events', buildEvent(receiver, { ...artifact, ...fields })))
        }
        await waitFor('the feed to have them', async () =>
          (await api.get(`/messages?after=${start}&limit=1000`)).text.includes(`"ce_id":"${ids.at(-1)}"`),
        )
        return ids
      },
      close: () => server.close(),
    }
  } catch (error) {
    await server.close()
    throw error
  }
}
