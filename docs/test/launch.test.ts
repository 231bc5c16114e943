import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

/** What V8 takes on node's command line only, so that each way of starting has to say it. */
const FLAG = '--max-semi-space-size=8'

test.each([
  ['the program itself', 'packages/server/bin/epr-server.mjs', /^#!(.*)$/m],
  ['npm start', 'package.json', /"start": "(.*)"/],
  ['the image', 'Dockerfile', /^ENTRYPOINT (.*)$/m],
  ['tests', 'packages/testing/src/server-process.ts', /NODE_FLAGS = (.*)/],
])('%s starts the server with a small young generation', async (_who, file, line) => {
  const text = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8')
  expect(line.exec(text)?.[1]).toContain(FLAG)
})
