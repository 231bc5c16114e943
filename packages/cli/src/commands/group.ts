import type { Command } from 'commander'
import { UsageError } from '../exit/usage-error.js'
import { assertOne, GROUP_NAMES, toId } from '../objects/by-name.js'
import type { Context, Perform } from '../settings/context.js'
import {
  duration,
  GROUP_FLAGS,
  list,
  moment,
  nvrppFlags,
  oneOf,
  type Request,
  rows,
  text,
  toggle,
  VALUE_FLAGS,
  yesNo,
} from '../settings/flags.js'
import { defineDefinitionSearch, defineGenerate, defineGet } from './kind-commands.js'

const MODIFY_FLAGS = {
  ...GROUP_FLAGS,
  enable: toggle('--enable', 'let it send completions'),
  disable: toggle('--disable', 'stop it'),
}

const STATES = ['open', 'failed', 'missing'] as const

/** @throws UsageError for what is no state of a gate */
function toStates(given: readonly string[] | undefined) {
  if (given === undefined) return {}
  return {
    state: given.map((text) => {
      const state = STATES.find((known) => known === text)
      if (state === undefined) throw new UsageError(`--state: ${text} is none of ${STATES.join(', ')}`)
      return state
    }),
  }
}

async function modify(
  { connect, output, settings }: Context,
  { enable = false, disable = false, ...named }: Request<typeof MODIFY_FLAGS>,
): Promise<undefined> {
  assertOne(GROUP_NAMES, named)
  if (enable === disable) throw new UsageError('give one of --enable and --disable')
  const { groups } = await connect('record')
  const id = await toId(GROUP_NAMES, named, groups)
  if (settings.dryRun) return output.object({ id, enabled: enable }, 4)
  await (enable ? groups.enable(id) : groups.disable(id))
  return output.created(`group ${enable ? 'enabled' : 'disabled'}`, id)
}

export function defineGroup(group: Command, perform: Perform): void {
  perform(
    group.command('create').description('Creates an event receiver group.'),
    {
      name: text('--name <text>', 'its name'),
      type: text('--type <text>', 'type of the message about its completion'),
      version: text('--version <text>', 'its version'),
      description: text('--description <text>', 'what it is a gate for'),
      event_receiver_ids: list('--event-receiver-ids <list>', 'its event receivers, with spaces or commas'),
      receivers: list('--receivers <list>', 'the same by their names, or name@version'),
      enabled: yesNo('--enabled', 'whether it sends completions', true),
      ...VALUE_FLAGS,
    },
    [
      'group create --name gate --type epr.gate --version 1.0.0 --description "may be released" --receivers tests,scan',
      'group create --name draft --type epr.draft --version 1.0.0 --description "not yet" --receivers tests --enabled=false',
    ],
    async (context, { receivers, jsonpath: _, ...fields }) =>
      (await import('../objects/create.js')).create(context, 'group', { fields, receivers }),
  )
  defineDefinitionSearch(group, perform, 'group', [
    'group search --name gate --fields all',
    "group search --jsonpath '{.items[*].name}'",
  ])
  defineGet(group, perform, 'group')
  perform(
    group.command('modify').description('Lets a group send completions, or stops it.'),
    MODIFY_FLAGS,
    ['group modify --group release --disable', 'group modify --group release --enable'],
    modify,
  )
  perform(
    group
      .command('status')
      .description(
        'Shows where an artifact stands at a gate. Exits with 0 open, 10 failed, 11 missing, 12 timed out.',
      ),
    {
      ...GROUP_FLAGS,
      ...nvrppFlags('the artifact'),
      ...VALUE_FLAGS,
      wait: duration('--wait <duration>', 'wait until it is open, at most so long, like 10m'),
    },
    [
      'group status --group release --name shop --version 1.2.0 --release 1 --platform-id linux --package oci --wait 10m',
      "group status --group release --name shop --version 1.2.0 --release 1 --platform-id linux --package oci --jsonpath '{.state}'",
    ],
    async (context, { jsonpath: _, ...request }) =>
      (await import('./group-status.js')).showGroupStatus(context, request),
  )
  perform(
    group
      .command('matrix')
      .description('Shows which artifacts stand at a gate, what each waits for, and since when.'),
    {
      ...GROUP_FLAGS,
      state: list('--state <list>', 'open, failed or missing, or some of them with commas'),
      name: text('--name <text>', 'only artifacts that are called so; with * at its end, that begin so'),
      order: oneOf('--order <order>', 'what has changed last first, or what waits the longest', [
        'recent',
        'waiting',
      ]),
      superseded: toggle('--superseded', 'those too whose place a newer artifact has taken'),
      at: moment('--at <moment>', 'as it stood then: 2h (ago), 2026-11-01 (UTC) or RFC 3339'),
      limit: rows('--limit <number>', 'how many at most, up to 1000 (default 50)'),
      watch: toggle('--watch', 'draw it again every two seconds'),
      ...VALUE_FLAGS,
    },
    [
      'group matrix --group release',
      'group matrix --group release --order waiting --state missing',
      "group matrix --group release --at 2h --jsonpath '$.data[*].explanation'",
    ],
    async (context, { jsonpath: _, state, ...request }) =>
      (await import('./group-matrix.js')).showGroupMatrix(context, { ...request, ...toStates(state) }),
  )
  defineGenerate(group, perform, 'group')
}
