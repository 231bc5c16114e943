/** Aborts `to` together with `from`. @returns what lets go of `from` */
export function forwardAbort(from: AbortSignal | undefined, to: AbortController): () => void {
  const forward = () => to.abort(from?.reason)
  if (from?.aborted) forward()
  else from?.addEventListener('abort', forward)
  return () => from?.removeEventListener('abort', forward)
}
