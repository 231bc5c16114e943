import { byType, createWatcher } from '@epr/watcher'
import { sourceOf } from '../source.mjs'

const watcher = createWatcher({
  source: sourceOf('print'),
  match: byType('foo.bar'),
  handle(message) {
    const [event] = message.data.events
    console.log(`${message.type} ${message.name} ${message.version} ${JSON.stringify(event?.payload)}`)
  },
  handleSignals: true,
})
await watcher.run()
