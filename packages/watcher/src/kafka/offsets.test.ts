import { expect, it } from 'vitest'
import { createCommitter, createDoneOffsets, type PartitionOffset } from './offsets.js'

const at = (partition: number, offset: string): PartitionOffset => ({ topic: 't', partition, offset })

it('remembers what is done until it is committed, and only for the same record', () => {
  const done = createDoneOffsets()
  done.add('9', '1000')
  done.add('10', '1000')
  done.forgetBelow('10')
  expect([done.has('9', '1000'), done.has('10', '1000'), done.has('10', '2000'), done.size]).toEqual([
    false,
    true,
    false,
    1,
  ])
})

it('commits what has moved in one request, and again what could not be committed', async () => {
  const requests: (readonly PartitionOffset[])[] = []
  const committed: PartitionOffset[] = []
  let isDown = true
  const committer = createCommitter(
    async (positions) => {
      requests.push(positions)
      if (isDown) throw new Error('down')
    },
    (position) => committed.push(position),
  )
  committer.move(at(0, '5'))
  committer.move(at(1, '7'))
  await expect(committer.flush()).rejects.toThrow('down')
  isDown = false
  committer.move(at(0, '6'))
  await Promise.all([committer.flush(), committer.flush(), committer.flush()])
  expect(requests).toEqual([
    [at(0, '5'), at(1, '7')],
    [at(0, '6'), at(1, '7')],
  ])
  expect(committed).toEqual([at(0, '6'), at(1, '7')])
})
