import { BUILT, DEPLOYED, PACKAGED, PUBLISHED, TEST_CASE_VERDICT, TEST_SUITE_VERDICT } from './content.js'
import type { Release } from './release.js'

const OUTCOME = ['pass', 'fail', 'cancel', 'error'] as const

/** Of CDEvents 0.4.1 the events of an ordinary pipeline: many tools still send them. */
export const RELEASE_0_4_1 = {
  artifact: {
    packaged: ['0.2.0', PACKAGED, { 'type!': ['artifact'] }],
    published: ['0.2.0', PUBLISHED, { 'type!': ['artifact'] }],
  },
  build: {
    started: ['0.2.0', {}, { 'type!': ['build'] }],
    finished: ['0.2.0', BUILT, { 'type!': ['build'] }],
  },
  environment: {
    created: ['0.2.0', { name: 'text', url: 'text' }, { 'type!': ['environment'] }],
  },
  pipelineRun: {
    queued: ['0.2.0', { pipelineName: 'text', url: 'text' }, { 'type!': ['pipelineRun'] }],
    started: ['0.2.0', { 'pipelineName!': 'text', 'url!': 'text' }, { 'type!': ['pipelineRun'] }],
    finished: [
      '0.2.0',
      { pipelineName: 'text', url: 'text', outcome: 'text', errors: 'text' },
      { 'type!': ['pipelineRun'] },
    ],
  },
  service: { deployed: ['0.2.0', DEPLOYED, { 'type!': ['service'] }] },
  testCaseRun: {
    finished: ['0.2.0', { ...TEST_CASE_VERDICT, 'outcome!': OUTCOME }, { 'type!': ['testCaseRun'] }],
  },
  testSuiteRun: {
    finished: ['0.2.0', { ...TEST_SUITE_VERDICT, 'outcome!': OUTCOME }, { 'type!': ['testSuiteRun'] }],
  },
} as const satisfies Release
