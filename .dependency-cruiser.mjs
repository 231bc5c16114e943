/**
 * Who may import whom: `model ← client ← cli, mcp, watcher`, `kafka ← watcher ← cli`, `model ← cdevents`,
 * `model ← {payload-schema, embedded-postgres} ← server`; nobody the server. CDEvents stand beside the registry: the server's composition knows them, one command of the CLI does.
 */

const only = (name, comment, path, from) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^packages/[^/]+/src', pathNot: from },
  to: { path },
})

const notFrom = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: to },
})

const SERVER = '^packages/server/src'

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('no-server', 'Nobody imports the server.', '^(packages/server/|@epr/server)', SERVER),
    notFrom('model-alone', 'The model knows nobody.', '^packages/model/src', '^packages/(?!model)|^@epr/'),
    notFrom(
      'client-above-model',
      'The SDK knows the model only.',
      '^packages/client/src',
      '^packages/(?!client|model)|^@epr/(?!model)',
    ),
    notFrom(
      'watcher-above-client',
      'Watchers read the feed by the client, and Kafka by its package.',
      '^packages/watcher/src',
      '^packages/(?!watcher|client|kafka|model)|^@epr/(?!client|kafka|model)',
    ),
    notFrom(
      'testing-above-model',
      'What tests of all packages use knows the model only.',
      '^packages/testing/src',
      '^packages/(?!testing|model)|^@epr/(?!model)',
    ),
    notFrom(
      'mcp-above-client',
      'The MCP server speaks to a registry through the SDK.',
      '^packages/mcp/src',
      '^packages/(?!mcp|client|model)|^@epr/(?!client|model)',
    ),
    only(
      'cdevents-composed',
      'Only the composition of the server and its own command of the CLI know CDEvents.',
      '^(packages/cdevents/|@epr/cdevents)',
      `^packages/cdevents/src|${SERVER}/app\\.ts|^packages/cli/src/commands/cdevents`,
    ),
    notFrom(
      'cdevents-above-model',
      'CDEvents know the model, and the forwarder to CDviz also the watcher.',
      '^packages/cdevents/src/(?!cdviz)',
      '^packages/(?!cdevents|model)|^@epr/(?!model)',
    ),
    only(
      'payload-schema-for-server',
      'Only the server holds payloads to the schemas of strangers.',
      '^(packages/payload-schema/|@epr/payload-schema)',
      `^packages/payload-schema/src|${SERVER}`,
    ),
    notFrom(
      'payload-schema-above-model',
      'Payload schemas know the model only.',
      '^packages/payload-schema/src',
      '^packages/(?!payload-schema|model)|^@epr/(?!model)',
    ),
    only(
      'embedded-postgres-for-server',
      'Only the server starts a PostgreSQL, and the tests.',
      '^(packages/embedded-postgres/|@epr/embedded-postgres)',
      `^packages/(embedded-postgres|testkit)/src|${SERVER}`,
    ),
    notFrom(
      'embedded-postgres-above-model',
      'The embedded PostgreSQL knows the model only.',
      '^packages/embedded-postgres/src',
      '^packages/(?!embedded-postgres|model)|^@epr/(?!model)',
    ),
    notFrom(
      'storage-below',
      'Storage is below the registry and the adapters.',
      `${SERVER}/storage`,
      `${SERVER}/(registry|intake|feed|leader|relay|http)`,
    ),
    notFrom(
      'registry-no-http',
      'The registry knows neither HTTP nor what sends messages.',
      `${SERVER}/registry`,
      `${SERVER}/(http|feed|leader|relay)`,
    ),
    notFrom(
      'messages-no-http',
      'What sends messages knows neither HTTP nor the registry.',
      `${SERVER}/(feed|leader|relay)`,
      `${SERVER}/(http|registry)`,
    ),
    notFrom(
      'no-composition',
      'Only the entry points know the composition.',
      `${SERVER}/(storage|registry|intake|feed|leader|relay|http)`,
      `${SERVER}/(app|main|index)\\.ts`,
    ),
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
      `${SERVER}/(storage)|^packages/embedded-postgres/src/owner-lock|^packages/testkit/src/database`,
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
    notFrom(
      'kafka-above-model',
      'How Kafka is spoken to knows the model only, for its errors.',
      '^packages/kafka/src',
      '^packages/(?!kafka|model)|^@epr/(?!model)',
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
