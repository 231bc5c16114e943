import { describeApiContract } from '@epr/testkit'
import { afterAll, beforeAll } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test.close())

describeApiContract('on the direct way in', async () => ({ baseUrl: test.app.url, recordPath: '/events' }))
// A query makes the same call go through Express.
describeApiContract('through Express', async () => ({ baseUrl: test.app.url, recordPath: '/events?' }))
