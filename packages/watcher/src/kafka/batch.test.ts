import type { Batch } from '@epr/kafka'
import { expect, it } from 'vitest'
import type { SourceRecord } from '../source-record.js'
import { workThrough } from './batch.js'
import { createDoneOffsets } from './offsets.js'

async function recordsOf(...headers: Record<string, string>[]): Promise<SourceRecord[]> {
  const messages = headers.map((each, offset) => ({
    offset: String(offset),
    timestamp: '0',
    key: null,
    value: Buffer.from('{}'),
    headers: Object.fromEntries(Object.entries(each).map(([name, text]) => [name, Buffer.from(text)])),
  }))
  const records: SourceRecord[] = []
  const never = new AbortController().signal
  await workThrough({
    batch: {
      topic: 't',
      partition: 0,
      messages,
      lastOffset: () => String(messages.length - 1),
    } as unknown as Batch,
    process(record) {
      records.push(record)
      return 'done'
    },
    lease: { draining: never, revoked: never, fail: () => undefined },
    done: createDoneOffsets(),
    progress: { next: undefined },
  })
  return records
}

it('says who did it, as the headers have it', async () => {
  const records = await recordsOf(
    { ce_id: '1', ce_authtype: 'api_key', ce_authid: 'key:ci' },
    { ce_id: '2', ce_authtype: 'unauthenticated', ce_authid: 'anonymous' },
    { ce_id: '3', ce_authtype: 'app_user', ce_authid: 'ünïcödé' },
    { ce_id: '4' },
    { ce_id: '5', ce_authtype: 'system' },
  )
  expect(records.map(({ actor }) => actor)).toEqual([
    { id: 'key:ci', type: 'api_key', label: null },
    { id: 'anonymous', type: 'anonymous', label: null },
    { id: 'ünïcödé', type: 'app_user', label: null },
    undefined,
    undefined,
  ])
})
