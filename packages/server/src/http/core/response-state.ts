import type { ServerResponse } from 'node:http'

/** What is gathered for a response before it is sent. */
export interface ResponseState {
  /** Given by the client or made here. */
  readonly requestId: string
  /**
   * Names and values in turn: the form that node writes fastest. Whoever adds to it must do so before the answer is
   * sent. Headers that are set on the response one by one cost twice as much, a record half as much again.
   */
  readonly headers: string[]
  /** An answer that comes by and by. */
  isStream: boolean
}

const STATE = Symbol('state')

type Stateful = ServerResponse & { [STATE]?: ResponseState }

export function startState(response: ServerResponse, state: ResponseState): void {
  const stateful: Stateful = response
  stateful[STATE] = state
}

export function stateOf(response: ServerResponse): ResponseState {
  const stateful: Stateful = response
  stateful[STATE] ??= { requestId: '', headers: [], isStream: false }
  return stateful[STATE]
}

/** A record of headers as names and values in turn. */
export function toHeaderList(headers: Readonly<Record<string, string>>): string[] {
  const list: string[] = []
  for (const name in headers) list.push(name, headers[name] ?? '')
  return list
}
