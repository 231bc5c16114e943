import { defineConfig } from 'vitest/config'

const postgres = 'packages/server/test/support/global-postgres.ts'
const kafka = 'packages/testkit/src/global-kafka.ts'
const database = { globalSetup: [postgres] }

/** `npm test` runs unit and integration; `npm run test:all` also what is slow or needs services. */
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
