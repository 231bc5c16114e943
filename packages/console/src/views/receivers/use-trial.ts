import { type SchemaCheck, toJsonText } from '@epr/model'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '../../data/api.js'

/** How long nothing is typed before the server is asked. */
const PAUSE_MS = 400
/** More than the server gives one check. */
const TIMEOUT_MS = 30_000
export const LAST = 500

/** A value as it was when it had not changed for a while. */
function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

/** Why a text is no JSON; undefined when it is. */
export function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

const failed = (problem: string): SchemaCheck => ({
  problems: [problem],
  warnings: [],
  dialect: null,
  samples: [],
  against: null,
})

/** What the server says of a schema and a sample; a text that is no JSON is not sent. */
function tryOut(schema: string, sample: string, signal: AbortSignal): SchemaCheck | Promise<SchemaCheck> {
  const problem = jsonProblem(schema)
  if (problem !== undefined) return failed(`it is not JSON: ${problem}`)
  const samples = sample === '' ? [] : [toJsonText(sample)]
  return api().receivers.check({ schema: toJsonText(schema), samples }, { signal, timeoutMs: TIMEOUT_MS })
}

/**
 * What the server says of what is being written.
 *
 * @param from the receiver whose payloads are held to the schema
 */
export function useTrial(schema: string, sample: string, from: string | undefined) {
  const [settledSchema, settledSample] = [useSettled(schema), useSettled(sample)]
  const sampleProblem = settledSample.trim() === '' ? undefined : jsonProblem(settledSample)
  const sent = sampleProblem === undefined ? settledSample.trim() : ''
  const trial = useQuery({
    queryKey: ['trial', settledSchema, sent],
    gcTime: 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => tryOut(settledSchema, sent, signal),
  })
  const isUsable = trial.data?.problems.length === 0 && !trial.isPlaceholderData
  const stored = useQuery({
    queryKey: ['trial on stored', settledSchema, from],
    enabled: isUsable && from !== undefined,
    gcTime: 0,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const against = { event_receiver_id: from ?? '', last: LAST }
      const schema = toJsonText(settledSchema)
      return (await api().receivers.check({ schema, against }, { signal, timeoutMs: TIMEOUT_MS })).against
    },
  })
  return {
    trial,
    stored,
    isUsable,
    sampleProblem,
    /** Whether what is said is about what was written before. */
    isOld: settledSchema !== schema || settledSample !== sample || trial.isPlaceholderData,
  }
}

export type Trial = ReturnType<typeof useTrial>
