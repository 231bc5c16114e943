import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language'
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import type { Extension } from '@codemirror/state'
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import css from './code.module.css'
import { looks } from './looks.js'
import { mountText } from './mount.js'
import { findPlace } from './place.js'

/** Whoever stands around an editor leads to what is wrong in it. */
export interface EditorHandle {
  /** Puts the cursor to where a sentence about the text belongs. */
  goTo(problem: string): void
}

/** A browser that types over a part of a text keeps its style, as an attribute, which the page's policy refuses: it is done here. */
function typeOver(event: InputEvent, view: EditorView): boolean {
  const { main } = view.state.selection
  if (event.inputType !== 'insertText' || event.data === null || event.isComposing || main.empty) return false
  event.preventDefault()
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true })
  return true
}

// Tab is not bound: it leaves the editor (WCAG 2.1.2).
const extensionsOf = (label: string, hint: string, onChange: (text: string) => void): Extension[] => [
  lineNumbers(),
  foldGutter(),
  lintGutter(),
  json(),
  history(),
  bracketMatching(),
  indentOnInput(),
  search(),
  highlightSelectionMatches(),
  drawSelection(),
  keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...foldKeymap, ...lintKeymap]),
  EditorView.lineWrapping,
  EditorView.domEventHandlers({ beforeinput: typeOver }),
  EditorView.contentAttributes.of({ 'aria-label': label, 'aria-description': hint, spellcheck: 'false' }),
  EditorView.updateListener.of((update) => {
    if (update.docChanged) onChange(update.state.doc.toString())
  }),
  // Room to write before anything is written.
  EditorView.theme({ '.cm-content, .cm-gutter': { minHeight: '14rem' } }),
  looks,
]

/** JSON to write, with what is wrong at its place. */
export function CodeEditor({
  text,
  onChange,
  label,
  hint,
  problems,
  handle,
}: {
  /** What is put into it; what is typed comes by `onChange`, and need not come back. */
  text: string
  onChange: (text: string) => void
  label: string
  /** What somebody who does not see it is told beside the label. */
  hint: string
  problems: readonly string[]
  handle: React.RefObject<EditorHandle | null>
}) {
  const host = useRef<HTMLDivElement>(null)
  const shown = useRef<EditorView>(null)
  const change = useRef(onChange)
  change.current = onChange
  const given = useRef(text)
  given.current = text

  useEffect(() => {
    if (!host.current) return
    const view = mountText(
      host.current,
      extensionsOf(label, hint, (typed) => {
        // What was put into it nobody has typed.
        if (typed !== given.current) change.current(typed)
      }),
    )
    shown.current = view
    handle.current = {
      goTo(problem) {
        const { from, to } = findPlace(view.state.doc.toString(), problem)
        view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true })
        view.focus()
      },
    }
    return () => {
      view.destroy()
      handle.current = null
    }
  }, [label, hint, handle])

  useEffect(() => {
    const view = shown.current
    if (!view || view.state.doc.toString() === text) return
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } })
  }, [text])

  useEffect(() => {
    const view = shown.current
    if (!view) return
    const typed = view.state.doc.toString()
    const marks = problems.map((message) => ({
      ...findPlace(typed, message),
      severity: 'error' as const,
      message,
    }))
    view.dispatch(setDiagnostics(view.state, marks))
  }, [problems])

  return <div ref={host} className={`${css.code} ${css.host}`} />
}
