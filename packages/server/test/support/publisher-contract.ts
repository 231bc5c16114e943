import { buildNvrpp } from '@epr/testkit'
import { describe, expect, it } from 'vitest'
import type { ConnectPublisher, PublishRecord } from '../../src/relay/publisher.js'
import type { FakeRecord } from './fake-publisher.js'

export interface PublisherSubject {
  connect: ConnectPublisher
  /** Reads so many records from the topic's start. */
  read(count: number): Promise<readonly FakeRecord[]>
}

const never = new AbortController().signal
const record = (key: string, value: string | Buffer): PublishRecord => ({
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: { 'content-type': 'application/json', ce_id: value.length > 100 ? 'large' : String(value) },
})

/** What the relay relies on, whatever publishes. `create` gives a subject with a topic of its own. */
export function describePublisherContract(name: string, create: () => Promise<PublisherSubject>): void {
  describe(`publisher contract of ${name}`, () => {
    it('puts records on the topic as they are, those of one key in order', async () => {
      const subject = await create()
      const publisher = await subject.connect(never)
      const keys = [buildNvrpp().name, buildNvrpp().name, 'ünïcödé 🎸']
      const sent = Array.from({ length: 300 }, (_, index) => record(keys[index % 3] ?? '', `${index}`))
      await publisher.publish(sent.slice(0, 100))
      await publisher.publish(sent.slice(100))
      await publisher.close()
      const read = await subject.read(300)
      for (const key of keys) {
        expect(read.filter((each) => each.key === key)).toEqual(
          sent
            .filter((each) => each.key.toString() === key)
            .map((each) => ({ key, value: each.value.toString(), headers: each.headers })),
        )
      }
    })

    it('says that a batch is too large, and takes other batches after it', async () => {
      const subject = await create()
      const publisher = await subject.connect(never)
      await expect(publisher.publish([record('k', Buffer.alloc(1_100_000, 'x'))])).rejects.toMatchObject({
        code: 'PAYLOAD_TOO_LARGE',
      })
      await publisher.publish([record('k', 'small')])
      await publisher.close()
      expect((await subject.read(1)).map(({ value }) => value)).toEqual(['small'])
    })

    it('publishes nothing more once it is closed, and may be closed twice', async () => {
      const subject = await create()
      const publisher = await subject.connect(never)
      await publisher.close()
      await publisher.close()
      await expect(publisher.publish([record('k', 'late')])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    })
  })
}
