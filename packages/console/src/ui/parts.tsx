import { useEffect, useRef, useState } from 'react'
import { explainFailure } from '../data/api.js'
import { copyText } from './copy.js'
import { visible } from './text.js'
import css from './ui.module.css'

export function CopyButton({ text, label = 'Copy' }: { text: string | (() => string); label?: string }) {
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (said === '') return
    const timer = setTimeout(() => setSaid(''), 1_500)
    return () => clearTimeout(timer)
  }, [said])
  const copy = async () =>
    setSaid(
      (await copyText(typeof text === 'string' ? text : text())) ? 'Copied' : 'Select it and press Ctrl-C',
    )
  return (
    <button type="button" className={`${css.button} ${css.quiet}`} onClick={() => void copy()}>
      <span aria-live="polite">{said || label}</span>
    </button>
  )
}

/** A command for a terminal. */
export function Command({ text }: { text: string }) {
  return (
    <div className={css.command}>
      <code>{text}</code>
      <CopyButton text={text} />
    </div>
  )
}

/** Nothing here: why, and what to do next. */
export function Empty({ title, children }: { title: string; children?: React.ReactNode }) {
  return (
    <div className={css.empty}>
      <h2>{title}</h2>
      {children}
    </div>
  )
}

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { code, message, requestId } = explainFailure(error)
  return (
    <div className={css.failure} role="alert">
      <code>{code}</code>
      <span>{visible(message)}</span>
      {requestId && (
        <small>
          request <code>{requestId}</code>
        </small>
      )}
      {onRetry && (
        <button type="button" className={css.button} onClick={onRetry}>
          Retry
        </button>
      )}
    </div>
  )
}

/** Asks for the next page. */
export function More({ isLoading = false, onMore }: { isLoading?: boolean; onMore: () => void }) {
  return (
    <p>
      <button type="button" className={css.button} disabled={isLoading} onClick={onMore}>
        More
      </button>
    </p>
  )
}

/** The place of what is loading; it shows after a moment only. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  return (
    <div className={css.skeleton} role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, at) => `line-${at}`).map((line) => (
        <i key={line} />
      ))}
    </div>
  )
}

/** A question in front of the page, which gives the focus back to where it came from. */
export function Dialog({
  title,
  isOpen,
  onClose,
  children,
}: {
  title: string
  isOpen: boolean
  onClose: () => void
  children: React.ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (isOpen && !dialog.current?.open) dialog.current?.showModal()
    if (!isOpen && dialog.current?.open) dialog.current.close()
  }, [isOpen])
  return (
    <dialog ref={dialog} className={css.dialog} aria-label={title} onClose={onClose}>
      {isOpen && (
        <>
          <h2>{title}</h2>
          {children}
        </>
      )}
    </dialog>
  )
}
