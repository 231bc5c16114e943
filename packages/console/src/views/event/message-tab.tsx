import { useMemo } from 'react'
import { type ExactEvent, payloadOf } from '../../data/use-event.js'
import { Code } from '../../ui/code/code.js'
import { CopyButton, Empty } from '../../ui/parts.js'
import { bytes, visible } from '../../ui/text.js'
import ui from '../../ui/ui.module.css'
import { toMessage } from './event-message.js'

/** What watchers and readers of the topic are sent for the event. */
export function MessageTab({ event }: { event: ExactEvent }) {
  const message = useMemo(() => toMessage(event), [event])
  if (!message) return <Empty title="Its receiver came without a schema" />
  const { key, headers, value } = message
  return (
    <>
      <p className={ui.muted}>
        The feed has the message as it stands below, and Kafka with these attributes as headers. A broker that
        does not take {bytes(payloadOf(event).length)} of payload is sent it with <code>null</code> in its
        place, and <code>ce_dataref: /api/v1/events/{event.id}</code> says where the whole is to be had. Gates
        that the event completes send messages of their own.
      </p>
      <div className={ui.tableBox}>
        <table className={ui.table}>
          <thead>
            <tr>
              <th scope="col">Header</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>the record’s key</td>
              <td className={ui.name}>
                <code>{visible(key)}</code>
              </td>
            </tr>
            {headers.map(([name, text]) => (
              <tr key={name}>
                <td>
                  <code>{name}</code>
                </td>
                <td className={ui.name}>
                  <code>{visible(text)}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={ui.heading}>
        <h2>Value</h2>
        <span className={ui.push} />
        <CopyButton text={value} label="Copy exact" />
      </div>
      <Code text={value} label="Message" />
    </>
  )
}
