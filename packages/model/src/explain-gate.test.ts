import { expect, it } from 'vitest'
import { explainGate, toLabels, toSpan } from './explain-gate.js'

const now = Date.parse('2026-11-28T12:00:00Z')
const passed = { name: 'build', state: 'passed' } as const

it.each([
  [
    'waiting 12m: sign has no event',
    {
      state: 'missing',
      since: '2026-11-28T11:47:10Z',
      receivers: [passed, { name: 'sign', state: 'missing' }],
    },
  ],
  [
    'failed 3d: scan has failed 6 times, sign has no event',
    {
      state: 'failed',
      since: '2026-11-25T10:00:00Z',
      receivers: [
        { name: 'sign', state: 'missing' },
        { name: 'scan', state: 'failed', failures: 6 },
      ],
    },
  ],
  [
    'failed 2h: scan has failed',
    { state: 'failed', since: '2026-11-28T10:00:00Z', receivers: [{ name: 'scan', state: 'failed' }] },
  ],
  ['open 2h', { state: 'open', since: '2026-11-28T09:59:59Z', receivers: [passed] }],
  [
    'waiting: build has no event',
    { state: 'missing', since: null, receivers: [{ name: 'build', state: 'missing' }] },
  ],
] as const)('says %s', (sentence, gate) => {
  expect(explainGate(gate, now)).toBe(sentence)
})

it('calls receivers of one name by their versions too', () => {
  const labels = toLabels([
    { id: 'A', name: 'scan', version: '1.0.0' },
    { id: 'B', name: 'sign', version: '1.0.0' },
    { id: 'C', name: 'scan', version: '2.0.0' },
    { id: 'D', name: 'lint', version: '1.0.0' },
    { id: 'E', name: 'lint', version: '1.0.0' },
  ])
  expect(labels).toEqual(['scan@1.0.0', 'sign', 'scan@2.0.0', 'lint (D)', 'lint (E)'])
})

it.each([
  [0, '0s'],
  [-5_000, '0s'],
  [59_999, '59s'],
  [3_600_000, '1h'],
  [90_000_000, '1d'],
])('writes %i ms as %s', (ms, span) => expect(toSpan(ms)).toBe(span))
