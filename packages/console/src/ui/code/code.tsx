import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { Failure, Skeleton } from '../parts.js'
import { bytes } from '../text.js'
import ui from '../ui.module.css'
import { indent } from './indent.js'

const CodeView = lazy(() => import('./code-view.js').then(({ CodeView }) => ({ default: CodeView })))

/** What is shown at once of a long text, and from when on it is long. */
const LONG_CHARS = 1_000_000
const SHOWN_CHARS = 256_000

/** A JSON text, laid out; of a long one its beginning first. */
export function Code({ text, before, label }: { text: string; before?: string | undefined; label: string }) {
  const isLong = text.length > LONG_CHARS
  const [isWhole, setWhole] = useState(!isLong)
  const part = isWhole ? text : text.slice(0, SHOWN_CHARS)
  const laidOut = useQuery({
    queryKey: ['indent', part, before],
    queryFn: async () => ({
      text: await indent(part),
      before: before === undefined ? undefined : await indent(before),
    }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  return (
    <>
      {!isWhole && (
        <p className={ui.warning}>
          The first {bytes(SHOWN_CHARS)}. It is stored whole: this is a limit of what is shown.
          <button type="button" className={ui.button} onClick={() => setWhole(true)}>
            Show all {bytes(text.length)}
          </button>
        </p>
      )}
      {laidOut.error && <Failure error={laidOut.error} />}
      {laidOut.data ? (
        <Suspense fallback={<Skeleton />}>
          <CodeView text={laidOut.data.text} before={laidOut.data.before} label={label} />
        </Suspense>
      ) : (
        !laidOut.error && <Skeleton />
      )}
    </>
  )
}
