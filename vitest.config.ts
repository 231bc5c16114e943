import { defineConfig } from 'vitest/config'

const postgres = 'packages/server/test/support/global-postgres.ts'
const kafka = 'packages/testkit/src/global-kafka.ts'
const key = 'packages/testkit/src/global-key.ts'
const database = { globalSetup: [postgres] }

/** Tests of clients that cannot have a key, or to which it would be the same. */
const WITHOUT_KEY = [
  // Logs in, first where nobody is asked and then without a key, which would go before the login.
  'packages/cli/test/login.int.test.ts',
  // Meet no server of ours.
  'packages/cli/test/{retry,secrets,terminal}.int.test.ts',
  'packages/client/test/package.int.test.ts',
]

/** `npm test` runs unit and integration; `npm run test:all` also what is slow, needs services or has a key. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // They start nothing and change nothing outside themselves: half of their time was to load modules anew.
          isolate: false,
          include: ['packages/*/src/**/*.test.ts', 'docs/test/{page,code-map,no-run}.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['packages/*/test/**/*.int.test.ts', 'docs/test/*.int.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          ...database,
        },
      },
      {
        test: {
          // Those that are clients of a server, once more: it asks who calls, and the environment has a key.
          name: 'with-key',
          include: [
            'packages/{client,cli,watcher,mcp}/test/**/*.{int,slow}.test.ts',
            'packages/testkit/test/*.int.test.ts',
          ],
          exclude: WITHOUT_KEY,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          globalSetup: [postgres, key],
          setupFiles: ['packages/testkit/src/with-key.ts'],
        },
      },
      {
        test: {
          name: 'slow',
          include: ['packages/*/test/**/*.slow.test.ts', 'docs/test/*.slow.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          ...database,
        },
      },
      {
        test: {
          name: 'services',
          include: ['packages/*/test/**/*.services.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          globalSetup: [postgres, kafka],
        },
      },
    ],
  },
})
