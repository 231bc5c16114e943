import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How large the built console is, against what it may be: bytes as they are sent to a browser that takes brotli. */

const DIST = fileURLToPath(new URL('../packages/console/dist/', import.meta.url))
const LIMITS = {
  'JavaScript of the first view': 150_000,
  'CSS of the first view': 12_000,
  'all files': 1_500_000,
}
/** A browser opens the matrix first: the heaviest of the views that people begin with. */
const FIRST_VIEW = 'src/views/gates/gate-view.tsx'

const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8'))

/** An entry and all that it imports. */
function filesOf(key, found = { js: new Set(), css: new Set() }) {
  const entry = manifest[key]
  if (!entry || found.js.has(entry.file)) return found
  found.js.add(entry.file)
  for (const file of entry.css ?? []) found.css.add(file)
  for (const imported of entry.imports ?? []) filesOf(imported, found)
  return found
}

const sentBytes = (file) => statSync(join(DIST, `${file}.br`)).size
const sum = (files) => [...files].reduce((total, file) => total + sentBytes(file), 0)
const allBytes = readdirSync(DIST, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .reduce((total, { parentPath, name }) => total + statSync(join(parentPath, name)).size, 0)

const workers = Object.keys(manifest).filter((key) => key.includes('feed-worker'))
const first = ['index.html', FIRST_VIEW, ...workers].reduce((found, key) => filesOf(key, found), undefined)
const found = [sum(first.js), sum(first.css), allBytes]

let isOver = false
for (const [at, [what, limit]] of Object.entries(LIMITS).entries()) {
  const bytes = found[at] ?? 0
  isOver ||= bytes > limit
  process.stdout.write(`${what}: ${bytes} of ${limit} bytes${bytes > limit ? ', too much' : ''}\n`)
}
process.exitCode = isOver ? 1 : 0
