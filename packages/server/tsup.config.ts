import { copyFile, cp, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.config.base'

const require = createRequire(import.meta.url)

const packageFile = (name: string, file: string): string =>
  join(dirname(require.resolve(`${name}/package.json`)), file)

/** The ready-made builds that the pages for the browser consist of: they are served, not imported. */
const PAGE_ASSETS = {
  'graphiql/graphiql.js': packageFile('graphiql', 'graphiql.min.js'),
  'graphiql/graphiql.css': packageFile('graphiql', 'graphiql.min.css'),
  'graphiql/react.js': packageFile('react', 'umd/react.production.min.js'),
  'graphiql/react-dom.js': packageFile('react-dom', 'umd/react-dom.production.min.js'),
  'swagger-ui/swagger-ui.js': packageFile('swagger-ui-dist', 'swagger-ui-bundle.js'),
  'swagger-ui/swagger-ui.css': packageFile('swagger-ui-dist', 'swagger-ui.css'),
  'swagger-ui/NOTICE': packageFile('swagger-ui-dist', 'NOTICE'),
}

/** What is read at run time lies in `dist/` as it lies beside its reader in `src/`. */
async function copyFiles(): Promise<void> {
  await mkdir('dist', { recursive: true })
  await cp('src/storage/migrations', 'dist/migrations', { recursive: true })
  await cp('src/storage/functions', 'dist/functions', { recursive: true })
  await copyFile('src/http/graphql/schema.graphql', 'dist/schema.graphql')
  await cp('src/http/pages/start', 'dist/start', { recursive: true })
  await cp('src/http/pages/graphiql', 'dist/graphiql', { recursive: true })
  await cp('src/http/pages/swagger-ui', 'dist/swagger-ui', { recursive: true })
  await cp('../console/dist', 'dist/console', { recursive: true })
  for (const [name, source] of Object.entries(PAGE_ASSETS)) await copyFile(source, `dist/${name}`)
}

export default defineConfig({
  ...packageBuild,
  entry: ['src/main.ts', 'src/index.ts'],
  format: ['esm'],
  onSuccess: copyFiles,
})
