import { cdvizHandler } from '@epr/cdevents/cdviz'
import { byType, createWatcher } from '@epr/watcher'
import { settings } from '../program.mjs'
import { sourceOf } from '../source.mjs'

const {
  CDVIZ_URL: url = 'http://localhost:8080/webhook/000-cdevents',
  CDVIZ_SECRET: secret,
  CDVIZ_API_KEY: key,
  CDVIZ_TYPES: types = '*',
} = settings

const watcher = createWatcher({
  // What is sent twice makes no second row; what is never sent is missing.
  source: sourceOf('cdviz', { fromLatest: false }),
  match: byType(types),
  handle: cdvizHandler({
    url,
    ...(secret && { hmac: { secret } }),
    ...(key && { headers: { 'x-api-key': key } }),
  }),
  timeoutMs: 20_000,
  retry: { attempts: 8, initialDelayMs: 500, maxDelayMs: 30_000 },
  handleSignals: true,
})
await watcher.run()
