import { explainStatus, type GateStatus } from '@epr/model'
import * as z from 'zod'

/** How a tool takes a gate. */
export const groupInput = z
  .string()
  .min(1)
  .describe('Id of the event receiver group, or its name, or name@version.')

/** Where the gate stands in the sentence that all of us say, and then which events have failed it. */
export function explain(status: GateStatus): string {
  const failures = status.receivers.flatMap((receiver) => {
    if (receiver.state !== 'failed') return []
    const { event_receiver_name: name, event_receiver_id, event_id } = receiver
    const { event_description: description, actor } = receiver
    const what = description ? `, ${JSON.stringify(description)}` : ''
    const who = actor ? `, recorded by ${JSON.stringify(actor.label ?? actor.id)}` : ''
    return [
      `The latest event at ${name ?? 'the receiver'} (${event_receiver_id}) is ${event_id}${what}${who}.`,
    ]
  })
  const disabled = status.enabled ? [] : ['The group is disabled: it sends no message when it is complete.']
  return [`${explainStatus(status, Date.now())}.`, ...failures, ...disabled].join(' ')
}
