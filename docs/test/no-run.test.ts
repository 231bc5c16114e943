import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PAGES, ROOT } from './pages.js'

/** What a test of a page cannot have: an engine for containers, programs and servers of others. */
const NOT_HERE =
  /^(docker|git clone https|pg_dump|createdb|pg_restore|kafka-|rpk|syft|npx @cyclonedx|.*\| grype$|claude)/
/** Hosts of the reader's. */
const ELSEWHERE = /example\.com|localhost:(19092|8080)|user:password@host/
/** `npm start`, `npm run demo`, what is packed and what jobs of a CI do have tests of their own: start, demo, pack, ci-jobs, identity-provider. */
const TESTED_ELSEWHERE =
  /^(EPR_\w+=\S+ )?(npm (start|run demo|run pack|install)|epr-(cli|server) --|epr-cli (run|access apply|log(in|out)$|whoami$)|EPR_TOKEN=\$\(curl|export EPR_TOKEN$)/
/** Settings of what stands with them. */
const SETTING = /^export \w+=/

it.each(PAGES)('%s leaves no command out of its test but those that need what is not here', (name) => {
  const page = readFileSync(join(ROOT, name), 'utf8')
  const blocks = [...page.matchAll(/^ *```sh no-run\n([\s\S]*?)^ *```$/gm)].map(([, block = '']) => block)
  const commands = blocks.flatMap((block) =>
    block
      .replaceAll(/\\\n\s*/g, '')
      .trim()
      .split('\n'),
  )
  const reasons = [NOT_HERE, ELSEWHERE, TESTED_ELSEWHERE, SETTING]
  const unexplained = commands.filter(
    (line) => /^[a-z]/i.test(line) && !reasons.some((reason) => reason.test(line)),
  )
  expect(unexplained).toEqual([])
})
