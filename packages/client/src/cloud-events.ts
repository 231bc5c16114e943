import type { JsonText } from '@epr/model'
import { toId } from './http/answer.js'
import { toJsonBody } from './http/json-body.js'
import { explainLack } from './http/lacking.js'
import type { CallOptions } from './options.js'
import type { Services } from './search.js'

/**
 * What every CloudEvent 1.0 has, beside attributes and `data` of its own. One of the library `cloudevents` is
 * one of these. `eprname`, `eprversion`, `eprrelease`, `eprplatformid` and `eprpackage`, or a `subject` that is
 * a package URL, say which artifact it is about; `eprsuccess`, true when absent, how it went.
 */
export interface CloudEventLike {
  readonly specversion: string
  readonly id: string
  readonly source: string
  readonly type: string
}

/** Whose event a CloudEvent becomes. */
export interface CloudEventOptions extends CallOptions {
  /** Id of the event receiver. @default the newest whose `type` is that of the CloudEvent */
  receiver?: string | undefined
}

/** Posts a CloudEvent in structured mode. Its source and id are its key: made again, the call is still one event. */
export async function createFromCloudEvent(
  { rest, features }: Pick<Services, 'rest' | 'features'>,
  cloudEvent: CloudEventLike | JsonText,
  { receiver, ...options }: CloudEventOptions = {},
): Promise<string> {
  const query = receiver === undefined ? '' : `?${new URLSearchParams({ receiver })}`
  const contentType = 'application/cloudevents+json'
  const answer = await rest
    .post(`/cloudevents${query}`, toJsonBody(cloudEvent), { ...options, contentType })
    .catch((error: unknown) => {
      throw explainLack(error, 'events.createFromCloudEvent', 'cloudevents', features)
    })
  return toId(answer)
}
