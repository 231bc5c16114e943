import {
  BUILT,
  DEPLOYED,
  OBJECT_REFERENCE,
  PACKAGED,
  PUBLISHED,
  TEST_CASE_RUN,
  TEST_CASE_VERDICT,
  TEST_REFERENCE,
  TEST_SUITE_RUN,
  TEST_SUITE_VERDICT,
} from './content.js'
import type { Release } from './release.js'

const OUTCOME = ['success', 'failure', 'cancel', 'error'] as const
const IN_REPOSITORY = { repository: OBJECT_REFERENCE } as const
const IN_ENVIRONMENT = { environment: OBJECT_REFERENCE } as const
const BY_USER = { user: 'filled' } as const
const ENVIRONMENT = { name: 'text', uri: 'uri' } as const
const REPOSITORY = { name: 'text', owner: 'text', uri: 'uri', viewUrl: 'uri' } as const
const TASK = { taskName: 'text', uri: 'uri', pipelineRun: OBJECT_REFERENCE } as const
const INCIDENT = {
  description: 'text',
  'environment!': OBJECT_REFERENCE,
  service: OBJECT_REFERENCE,
  artifactId: 'filled',
} as const

const TRIGGER = {
  trigger: { type: ['manual', 'pipeline', 'event', 'schedule', 'other'], uri: 'uri', '*': 'any' },
} as const
const TRIGGERED_CASE = { ...TRIGGER, 'environment!': OBJECT_REFERENCE, ...TEST_CASE_RUN } as const
const TRIGGERED_SUITE = { ...TRIGGER, ...TEST_SUITE_RUN } as const
const TEST_OUTPUT = {
  'outputType!': ['report', 'video', 'image', 'log', 'other'],
  'format!': 'text',
  uri: 'uri',
  testCaseRun: TEST_REFERENCE,
} as const

const TICKET = {
  ticketType: ['bug', 'enhancement', 'incident', 'task', 'question', '*'],
  group: 'text',
  assignees: 'texts',
  priority: ['low', 'medium', 'high', '*'],
  labels: 'texts',
  milestone: 'text',
  'uri!': 'reference',
} as const
const KNOWN_TICKET = { ...TICKET, summary: 'text', creator: 'filled', updatedBy: 'text' } as const

/** All events of CDEvents 0.5.1. */
export const RELEASE_0_5_1 = {
  artifact: {
    packaged: ['0.3.0', PACKAGED],
    signed: ['0.3.0', { 'signature!': 'filled' }],
    published: ['0.3.0', PUBLISHED],
    downloaded: ['0.2.0', BY_USER],
    deleted: ['0.2.0', BY_USER],
  },
  branch: { created: ['0.3.0', IN_REPOSITORY], deleted: ['0.3.0', IN_REPOSITORY] },
  build: { queued: ['0.3.0', {}], started: ['0.3.0', {}], finished: ['0.3.0', BUILT] },
  change: {
    created: ['0.4.0', { description: 'filled', ...IN_REPOSITORY }],
    reviewed: ['0.3.0', IN_REPOSITORY],
    merged: ['0.3.0', IN_REPOSITORY],
    abandoned: ['0.3.0', IN_REPOSITORY],
    updated: ['0.3.0', IN_REPOSITORY],
  },
  environment: {
    created: ['0.3.0', ENVIRONMENT],
    modified: ['0.3.0', ENVIRONMENT],
    deleted: ['0.3.0', { name: 'text' }],
  },
  incident: {
    detected: ['0.3.0', INCIDENT],
    reported: ['0.3.0', { ...INCIDENT, 'ticketURI!': 'uri' }],
    resolved: ['0.3.0', INCIDENT],
  },
  pipelineRun: {
    queued: ['0.3.0', { pipelineName: 'text', uri: 'uri' }],
    started: ['0.3.0', { 'pipelineName!': 'text', 'uri!': 'uri' }],
    finished: ['0.3.0', { pipelineName: 'text', uri: 'uri', outcome: OUTCOME, errors: 'text' }],
  },
  repository: {
    created: ['0.3.0', { 'name!': 'filled', owner: 'text', 'uri!': 'uri', viewUrl: 'uri' }],
    modified: ['0.3.0', REPOSITORY],
    deleted: ['0.3.0', REPOSITORY],
  },
  service: {
    deployed: ['0.3.0', DEPLOYED],
    upgraded: ['0.3.0', DEPLOYED],
    rolledback: ['0.3.0', DEPLOYED],
    removed: ['0.3.0', IN_ENVIRONMENT],
    published: ['0.3.0', IN_ENVIRONMENT],
  },
  taskRun: {
    started: ['0.3.0', TASK],
    finished: ['0.3.0', { ...TASK, outcome: 'text', errors: 'text' }],
  },
  testCaseRun: {
    queued: ['0.3.0', TRIGGERED_CASE],
    started: ['0.3.0', TRIGGERED_CASE],
    finished: ['0.3.0', { ...TEST_CASE_VERDICT, 'outcome!': OUTCOME }],
    skipped: ['0.2.0', { ...TEST_CASE_RUN, ...IN_ENVIRONMENT, reason: 'text' }],
  },
  testOutput: { published: ['0.3.0', TEST_OUTPUT] },
  testSuiteRun: {
    queued: ['0.3.0', TRIGGERED_SUITE],
    started: ['0.3.0', TRIGGERED_SUITE],
    finished: ['0.3.0', { ...TEST_SUITE_VERDICT, 'outcome!': OUTCOME }],
  },
  ticket: {
    created: ['0.2.0', { ...TICKET, 'summary!': 'text', 'creator!': 'filled' }],
    updated: ['0.2.0', KNOWN_TICKET],
    closed: [
      '0.2.0',
      { ...KNOWN_TICKET, 'resolution!': ['completed', 'withdrawn', 'duplicate', '+'] },
      { type: ['ticket'] },
    ],
  },
} as const satisfies Release
