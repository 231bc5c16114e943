import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { EprError, memberTexts, toJsonText } from '@epr/model'
import { EXIT } from '../exit/exit-code.js'
import { toProblem } from '../exit/failure.js'
import { UsageError } from '../exit/usage-error.js'
import { type Entry, readEntries } from '../input/entries.js'
import { createProgress } from '../output/progress.js'
import type { Context } from '../settings/context.js'
import { findLackingReceiver } from './create.js'
import { createSender, isOfEntry, type Sent } from './generate-sender.js'
import { type Checked, checkObject, KINDS, type Kind, type KindName } from './kinds.js'

interface Source {
  name: string
  /** Only a file that can be read twice is checked to its end before anything is sent. */
  isRepeatable: boolean
  open(): AsyncIterable<Uint8Array | string>
}

/** What a file holds, or stdin by the name `-`. @throws UsageError for a file that cannot be read */
export async function toSource(file: string, { stdin }: Pick<Context, 'stdin'>): Promise<Source> {
  if (file === '-') return { name: 'stdin', isRepeatable: false, open: () => stdin }
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read ${file}: ${error.code}`, error)
  })
  return { name: file, isRepeatable: found.isFile(), open: () => createReadStream(file) }
}

function check(kind: Kind, { text }: Entry): Checked {
  if (text instanceof EprError) return { problems: [text.message] }
  if (!text.startsWith('{')) return { problems: ['it must be an object'] }
  const json = kind.carried && memberTexts(text).get(kind.carried)
  const carried = json === undefined ? undefined : toJsonText(json)
  return checkObject(kind, JSON.parse(text), carried, (field) => field)
}

/** Where an entry stands, for errors. */
export const placeOf = ({ name }: Source, { number, line }: Entry): string =>
  `${name}: entry ${number}, line ${line}`

/** How many entries there are. @throws UsageError for the first that is bad, unless bad ones may be passed over */
async function countEntries(kind: Kind, source: Source, mayFail: boolean): Promise<number> {
  let count = 0
  for await (const entry of readEntries(source.name, source.open())) {
    const checked = check(kind, entry)
    if ('problems' in checked && !mayFail) {
      throw new UsageError(`${placeOf(source, entry)}: ${checked.problems.join('; ')}; nothing was sent`)
    }
    count++
  }
  return count
}

export interface GenerateRequest {
  /** Whether an entry that fails is passed over. */
  keepGoing?: boolean | undefined
}

/** Creates all that a file holds. An entry that fails stops it, or is reported and passed over. */
export async function generate(
  context: Context,
  kindName: KindName,
  { keepGoing: isKeptGoing = false }: GenerateRequest,
  [file = '-']: string[],
): Promise<number | undefined> {
  const kind = KINDS[kindName]
  const { output, settings, stderr } = context
  const source = await toSource(file, context)
  const total = source.isRepeatable ? await countEntries(kind, source, isKeptGoing) : undefined
  const client = settings.dryRun ? undefined : await context.connect('record')
  const sender = createSender(kind, client)
  const progress = createProgress(stderr, `${kind.noun}s`, total)
  const tally = { created: 0, failed: 0, lastId: '' }

  async function fail(entry: Entry, error: EprError, object: object = {}): Promise<void> {
    tally.failed++
    const said = (message: EprError) => `${placeOf(source, entry)}: ${toProblem(message)}`
    if (!isKeptGoing || !isOfEntry(error.code)) {
      const reason = (client && (await findLackingReceiver(client, object, error))) ?? error
      throw new EprError(reason.code, `${said(reason)}; ${tally.created} created`, { cause: error })
    }
    progress.clear()
    stderr.write(`epr-cli: ${said(error)}\n`)
  }

  async function take(sent: readonly Sent[]): Promise<void> {
    // All that was created is reported, also when the first of them has failed.
    for (const { id } of sent) {
      if (id === undefined) continue
      tally.created++
      tally.lastId = id
      if (output.format !== 'table') await output.created('', id)
    }
    for (const { entry, object, error } of sent) if (error) await fail(entry, error, object)
    progress.show(tally.created + tally.failed)
  }

  try {
    for await (const entry of readEntries(source.name, source.open())) {
      const checked = check(kind, entry)
      if ('problems' in checked) {
        // What stands before it is sent first, so that what is said of it is true.
        await take(await sender.flush())
        await fail(entry, new UsageError(checked.problems.join('; ')))
      } else if (settings.dryRun) await output.object(checked.object, 4)
      else await take(await sender.add(entry, checked.object))
    }
    await take(await sender.flush())
  } finally {
    progress.clear()
  }
  if (output.format === 'table' && !settings.dryRun) await report(context, kind, tally)
  if (tally.failed === 0) return undefined
  stderr.write(`epr-cli: ${tally.failed} failed, ${tally.created} created\n`)
  return EXIT.failed
}

async function report(
  { output }: Context,
  kind: Kind,
  { created, lastId }: { created: number; lastId: string },
): Promise<void> {
  if (created === 1) await output.created(`${kind.noun} created`, lastId)
  else output.line(`${output.style.green('✓')} ${created} ${kind.noun}s created`)
}
