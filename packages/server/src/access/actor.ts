import type { ActorType } from '@epr/model'
import type { Person } from '../storage/sessions.js'
import { jobId } from './job-claims.js'
import { personId } from './person.js'
import type { JobToken } from './tokens.js'

/** Who it is that calls, as it is kept with what they do. */
export interface Actor {
  readonly type: ActorType
  /** Who vouches for the subject; empty for keys. */
  readonly issuer: string
  readonly subject: string
  /** What people call them; it can be erased. */
  readonly label: string
  readonly claims?: Readonly<Record<string, string>>
}

/**
 * Which job it was, of which commit. Not what differs in each token of one job (`exp`, `jti`), nor who has started it: that is
 * somebody's name.
 */
const KEPT_CLAIMS = [
  ...[
    'repository',
    'repository_id',
    'ref',
    'sha',
    'run_id',
    'run_attempt',
    'workflow_ref',
    'job_workflow_ref',
  ],
  ...['event_name', 'environment', 'project_id', 'project_path', 'pipeline_id', 'pipeline_source', 'job_id'],
  ...['organization_slug', 'pipeline_slug', 'build_number', 'build_branch', 'build_commit'],
]
/** By what people know a job, the first that there is. */
const LABELS = ['repository', 'project_path', 'pipeline_slug', 'sub']

/** A person: what their provider calls them is not kept. */
export function personActor(person: Person): Actor {
  return { type: 'user', issuer: person.issuer, subject: personId(person), label: person.label }
}

/** A job of a CI, as its token says. */
export function jobActor({ issuer, claims }: JobToken): Actor {
  const id = jobId(issuer, claims)
  return {
    type: 'service_account',
    issuer: issuer.issuer,
    subject: claims.sub ?? id,
    label: LABELS.flatMap((name) => claims[name] ?? [])[0] ?? id,
    claims: Object.fromEntries(
      KEPT_CLAIMS.flatMap((name) => (claims[name] === undefined ? [] : [[name, claims[name]]])),
    ),
  }
}
