import { ApiError, type Client } from '@epr/client'
import { expect, it } from 'vitest'
import { CommandError } from '../exit/command-error.js'
import { takeAway } from './ask-for.js'

const answering = (answer: () => Promise<unknown>): Client => ({ rest: answer }) as unknown as Client
const refusing = (code: 'NOT_FOUND' | 'PERMISSION_DENIED') =>
  answering(() => Promise.reject(new ApiError(code, 'there is no policy "a"', { status: 400 })))

it('gives what the server answers', async () => {
  const client = answering(() => Promise.resolve({ json: { data: [1] } }))
  expect(await takeAway<number[]>(client, '/keys?name=a', 'key list')).toEqual([1])
})

it('says where to look for what is not there', async () => {
  await expect(takeAway(refusing('NOT_FOUND'), '/policies/a', 'access list')).rejects.toEqual(
    new CommandError('NOT_FOUND', 'there is no policy "a"; epr-cli access list has those that there are'),
  )
})

it('leaves other failures as they are', async () => {
  await expect(takeAway(refusing('PERMISSION_DENIED'), '/policies/a', 'access list')).rejects.not.toThrow(
    CommandError,
  )
})
