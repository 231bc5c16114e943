import { type ComponentProps, lazy, Suspense } from 'react'
import { Skeleton } from '../parts.js'
import type { CodeEditor } from './code-editor.js'

const Loaded = lazy(() => import('./code-editor.js').then(({ CodeEditor }) => ({ default: CodeEditor })))

/** The editor, which is loaded with the first view that has one. */
export function Editor(props: ComponentProps<typeof CodeEditor>) {
  return (
    <Suspense fallback={<Skeleton />}>
      <Loaded {...props} />
    </Suspense>
  )
}
