import { EXCEPTIONS, PACKAGES, SERVER_FOLDERS, TEST_PACKAGES } from './scripts/layers.mjs'

const rule = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: typeof from === 'string' ? { path: from } : from,
  to: { path: to },
})

/** A library, or a package of ours, that only one place imports. */
const only = (name, comment, library, places) =>
  rule(name, comment, { path: '^packages/[^/]+/src', pathNot: places }, library)

const notOneOf = (names) => `(?!(?:${names.join('|')})(?:/|$))`
const SERVER = '^packages/server/src'

/** A package, but for those places of it that may import more. */
function packageRule([name, allowed]) {
  const exceptions = EXCEPTIONS.filter(({ from }) => from.startsWith(`${name}/`))
  const known = notOneOf([name, ...allowed])
  return rule(
    `packages-of-${name}`,
    `${name} may import ${allowed.join(', ') || 'no other package'}: scripts/layers.mjs.`,
    { path: `^packages/${name}/src`, pathNot: exceptions.map(({ from }) => `^packages/${from}`) },
    `^packages/${known}|^@epr/${known}`,
  )
}

function exceptionRule({ from, to, why }) {
  const [name] = from.split('/')
  const known = notOneOf([name, to, ...PACKAGES[name]])
  return rule(
    `packages-of-${from.replaceAll('/', '-')}`,
    why,
    `^packages/${from}`,
    `^packages/${known}|^@epr/${known}`,
  )
}

/** Folders that are not allowed, and the files beside them that put the server together. */
function folderRule([name, allowed]) {
  const others = Object.keys(SERVER_FOLDERS).filter((other) => other !== name && !allowed.includes(other))
  return rule(
    `server-${name}`,
    `${name} may import ${allowed.join(', ') || 'no other folder of the server'}: scripts/layers.mjs.`,
    `${SERVER}/${name}/`,
    `${SERVER}/(?:(?:${others.join('|')})/|(?:app|main|index)\\.ts)`,
  )
}

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries({ ...PACKAGES, ...TEST_PACKAGES }).map(packageRule),
    ...EXCEPTIONS.map(exceptionRule),
    ...Object.entries(SERVER_FOLDERS).map(folderRule),
    only(
      'express-in-http',
      'Express and GraphQL stand in http/ only.',
      'node_modules/(express|graphql|graphql-http)/',
      `${SERVER}/http`,
    ),
    only(
      'pg-in-storage',
      'pg stands in storage/, in the owner of an embedded PostgreSQL and in what clones databases for tests.',
      'node_modules/pg/',
      `${SERVER}/storage|^packages/embedded-postgres/src/owner-lock|^packages/testkit/src/database`,
    ),
    only(
      'kafkajs-behind-ports',
      'kafkajs is unmaintained: only @epr/kafka imports it, and lists what others see of it.',
      'node_modules/kafkajs/',
      '^packages/kafka/src',
    ),
    only(
      'kafka-behind-ports',
      'Kafka stands behind the ports of the publisher and of the watcher.',
      '^(packages/kafka/|@epr/kafka)',
      `^packages/kafka/src|${SERVER}/(relay/kafka-publisher|config)|^packages/watcher/src/(kafka/|index)|^packages/testkit/src/kafka`,
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(/dist/|\\.test\\.ts$|/test/)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
}
