import { type Figure, median, toFigure } from './figure.js'
import { alternate, timeEach } from './rounds.js'
import type { World } from './world.js'

const PAGE = 100

/** Every filter of events, alone and mixed; `service-7` and `1.0.7` stand for a name and a version of many events. */
function filtersOf({ receivers }: World, id: string): { query: string; binding: boolean }[] {
  const receiver = receivers[3] ?? ''
  const binding = [
    `id=${id}`,
    'name=service-7',
    'version=1.0.7',
    `event_receiver_id=${receiver}`,
    'success=true',
    'success=false',
    'name=service-7&version=1.0.37',
    'name=service-7&success=false',
    `version=1.0.7&event_receiver_id=${receiver}`,
    `event_receiver_id=${receiver}&success=true`,
    'version=1.0.7&success=true',
    'name=service-7&release=2026.10',
    'version=1.0.7&platform_id=linux-x64',
    `event_receiver_id=${receiver}&package=oci&order=asc`,
    'success=false&package=oci',
    'name=nobody',
    'version=1.0.7&name=service-7&release=2026.10&platform_id=linux-x64&package=oci',
  ]
  const reported = ['release=2026.10', 'platform_id=linux-x64', 'package=oci', '']
  return [
    ...binding.map((query) => ({ query, binding: true })),
    ...reported.map((query) => ({ query, binding: false })),
  ]
}

/** A search and a `select` by primary key of as many rows, both in the time that the database and pg take. */
export async function measureSearch(world: World, rounds: number, calls: number): Promise<Figure[]> {
  const { rows } = await world.sql.query<{ id: string }>(
    `select id from epr.events order by random() limit ${PAGE}`,
  )
  const ids = rows.map(({ id }) => id)
  const byKey = async () =>
    median(
      await timeEach(calls, () =>
        world.sql.query({
          name: 'by_key',
          text: 'select * from epr.events where id = any ($1::text[])',
          values: [ids],
        }),
      ),
    )
  const figures: Figure[] = []
  // The names are the same in every run, so that the baseline knows them.
  const toName = (query: string) => query.replace(/[0-9A-Za-z]{26}/, 'one') || 'everything'
  for (const { query, binding } of filtersOf(world, ids[0] ?? '')) {
    const search = async () =>
      median(await timeEach(calls, () => world.api.get(`/events?limit=${PAGE}&${query}`)))
    const spec = {
      name: `search ${toName(query)}`,
      unit: 'ms',
      must: 15,
      better: 'lower' as const,
      binding,
    }
    figures.push(toFigure(spec, await alternate(rounds, search, byKey)))
  }
  return figures
}

const FIELDS = 'id,name,version,release,platform_id,package,description,success,event_receiver_id,created_at'

export async function measureGraphql(world: World, rounds: number, calls: number): Promise<Figure> {
  const document = `{ events(event: {name: "service-7"}, limit: ${PAGE}, order: DESC) {${FIELDS}} }`
  const perSecond = (times: number[]) => 1_000 / median(times)
  const measured = await alternate(
    rounds,
    async () => perSecond(await timeEach(calls, () => world.api.post('/graphql/query', { query: document }))),
    async () => perSecond(await timeEach(calls, () => world.api.get(`/events?limit=${PAGE}&name=service-7`))),
  )
  return toFigure(
    {
      name: 'GraphQL, 100 events × 10 fields, against REST',
      unit: '/s',
      must: 0.5,
      better: 'higher',
      binding: false,
    },
    measured,
  )
}
