/** What the contents of several events hold, in all releases. */

export const OBJECT_REFERENCE = { 'id!': 'filled', source: 'reference' } as const
/** Of the testing events, where a source may be any text. */
export const TEST_REFERENCE = { 'id!': 'filled', source: 'text' } as const

export const PACKAGED = { 'change!': OBJECT_REFERENCE, sbom: { 'uri!': 'reference' } } as const
export const PUBLISHED = { sbom: { 'uri!': 'reference' }, user: 'filled' } as const
export const BUILT = { artifactId: 'text' } as const
export const DEPLOYED = { 'environment!': OBJECT_REFERENCE, 'artifactId!': 'filled' } as const

const VERDICT = { severity: ['low', 'medium', 'high', 'critical'], reason: 'text' } as const

export const TEST_CASE_RUN = {
  testSuiteRun: TEST_REFERENCE,
  testCase: {
    'id!': 'filled',
    version: 'text',
    name: 'text',
    type: ['performance', 'functional', 'unit', 'security', 'compliance', 'integration', 'e2e', 'other'],
    uri: 'uri',
  },
} as const
export const TEST_CASE_VERDICT = { ...TEST_CASE_RUN, ...VERDICT, 'environment!': OBJECT_REFERENCE } as const

export const TEST_SUITE_RUN = {
  'environment!': OBJECT_REFERENCE,
  testSuite: { 'id!': 'filled', version: 'text', name: 'text', uri: 'uri' },
} as const
export const TEST_SUITE_VERDICT = { ...TEST_SUITE_RUN, ...VERDICT } as const
