import { describe, expect, it } from 'vitest'
import { summarise } from './summarise.js'

const of = (payload: unknown) => summarise(JSON.stringify(payload))

describe('a payload in short', () => {
  it('counts the components of an SBOM, those in others too, and their licences', () => {
    const components = [
      { name: 'zod', version: '4.6.7', purl: 'pkg:npm/zod@4.6.7', licenses: [{ license: { id: 'MIT' } }] },
      {
        ...{ group: 'org.slf4j', name: 'slf4j', licenses: [{ expression: 'MIT OR Apache-2.0' }] },
        components: [{ name: 'inner', version: '1', licenses: [{ license: { name: 'MIT' } }] }],
      },
      { name: 'bare', version: 3 },
    ]
    expect(of({ bomFormat: 'CycloneDX', specVersion: '1.6', components })).toMatchObject({
      kind: 'CycloneDX 1.6',
      facts: [expect.anything(), ['Components', '4']],
      counted: {
        rows: [
          { word: 'MIT', count: 2 },
          { word: 'MIT OR Apache-2.0', count: 1 },
          { word: 'none named', count: 1 },
        ],
      },
      table: {
        rows: [
          ['zod', '4.6.7', 'MIT', 'pkg:npm/zod@4.6.7'],
          ['org.slf4j/slf4j', '', 'MIT OR Apache-2.0', ''],
          ['inner', '1', 'MIT', ''],
          ['bare', '', '', ''],
        ],
      },
    })
  })

  it('reads SPDX, whose licences may be said not to be known', () => {
    const packages = [
      {
        ...{ name: 'a', versionInfo: '1', licenseConcluded: 'NOASSERTION', licenseDeclared: 'ISC' },
        externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:npm/a@1' }],
      },
      { name: 'b', licenseConcluded: 'NONE' },
    ]
    expect(of({ spdxVersion: 'SPDX-2.3', name: 'shop', packages })).toMatchObject({
      kind: 'SPDX 2.3',
      counted: { rows: [{ word: 'ISC' }, { word: 'none named' }] },
      table: {
        rows: [
          ['a', '1', 'ISC', 'pkg:npm/a@1'],
          ['b', '', '', ''],
        ],
      },
    })
  })

  it('counts the results of SARIF by the level that they or their rules have', () => {
    const driver = { name: 'CodeQL', rules: [{ id: 'xss', defaultConfiguration: { level: 'error' } }] }
    const results = [
      { ruleId: 'xss', message: { text: 'script' } },
      { ruleId: 'unused', level: 'note' },
      { ruleId: 'other' },
      { ruleId: 'xss', kind: 'pass' },
    ]
    expect(of({ version: '2.1.0', runs: [{ tool: { driver }, results }] })?.counted?.rows).toEqual(
      ['error', 'note', 'pass', 'warning'].map((word) => ({ word, count: 1 })),
    )
  })

  it('says what a CDEvent is about, by itself or in a CloudEvent', () => {
    const event = {
      context: { type: 'dev.cdevents.artifact.published.0.2.0', version: '0.4.1' },
      subject: { id: 'pkg:oci/shop@1' },
    }
    const facts = [
      ['Type', 'dev.cdevents.artifact.published.0.2.0'],
      ['Subject', 'pkg:oci/shop@1'],
    ]
    expect(of(event)).toMatchObject({ kind: 'CDEvent 0.4.1', facts })
    expect(of({ specversion: '1.0', data: event })).toMatchObject({ facts })
  })

  it('shows numbers as they were written', () =>
    expect(summarise('{"tests": 12345678901234567890, "failures": 0, "time": 1.50}')?.facts).toEqual([
      ['tests', '12345678901234567890'],
      ['failures', '0'],
      ['time', '1.50'],
    ]))

  it.each([null, [], 'text', {}, { runs: [] }, { context: {}, subject: {} }, { tests: 'all', failures: 1 }])(
    'says nothing of %j',
    (payload) => expect(of(payload)).toBeUndefined(),
  )

  it('takes what is not as the format says for missing', () =>
    expect(
      of({ bomFormat: 'CycloneDX', specVersion: 1, components: [null, 3, { name: {}, licenses: 'MIT' }] }),
    ).toMatchObject({
      kind: 'CycloneDX ',
      table: { rows: [['', '', '', '']] },
    }))
})
