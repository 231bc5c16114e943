import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createWatcher, opens } from '@epr/watcher'
import { settings } from '../program.mjs'
import { assertGroup, sourceOf } from '../source.mjs'

const { GROUP_ID: group, DEPLOY_COMMAND: command } = settings
if (!group || !command) throw new Error('GROUP_ID and DEPLOY_COMMAND are needed')
await assertGroup('GROUP_ID', group)

const watcher = createWatcher({
  source: sourceOf('gate-deploy'),
  // Not `byGroup`: a later success at an open gate, as that of a nightly scan, sends the group's message again.
  match: opens(group),
  async handle({ name, version, release }, { id, signal }) {
    // Values of strangers: as variables they are never taken for a command.
    const env = { ...process.env, NAME: name, VERSION: version, RELEASE: release, DEPLOY_ID: id }
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { env, signal })
    process.stdout.write(stdout)
  },
  concurrency: 1,
  timeoutMs: 300_000,
  handleSignals: true,
})
await watcher.run()
