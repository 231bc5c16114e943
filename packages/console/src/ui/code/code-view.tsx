import { json } from '@codemirror/lang-json'
import { foldGutter, foldKeymap } from '@codemirror/language'
import { unifiedMergeView } from '@codemirror/merge'
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from '@codemirror/search'
import { EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import css from './code.module.css'
import { looks } from './looks.js'
import { mountText } from './mount.js'

function extensionsOf(label: string, before: string | undefined): Extension[] {
  return [
    lineNumbers(),
    foldGutter(),
    json(),
    search(),
    highlightSelectionMatches(),
    drawSelection(),
    keymap.of([...searchKeymap, ...foldKeymap]),
    EditorState.readOnly.of(true),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true' }),
    looks,
    ...(before === undefined
      ? []
      : [
          unifiedMergeView({
            original: before,
            mergeControls: false,
            collapseUnchanged: { margin: 3, minSize: 6 },
          }),
        ]),
  ]
}

/** JSON to look at: with lines, folds and a search; against another text where there is one. */
export function CodeView({
  text,
  before,
  label,
}: {
  text: string
  before?: string | undefined
  label: string
}) {
  const host = useRef<HTMLDivElement>(null)
  const shown = useRef<EditorView>(null)
  useEffect(() => {
    if (!host.current) return
    const view = mountText(host.current, extensionsOf(label, before), text)
    // What scrolls is reached by keys.
    view.scrollDOM.tabIndex = 0
    shown.current = view
    return () => view.destroy()
  }, [text, before, label])
  return (
    <div className={css.code}>
      <button
        type="button"
        className={css.find}
        onClick={() => shown.current && openSearchPanel(shown.current)}
      >
        Find in text
      </button>
      <div ref={host} className={css.host} />
    </div>
  )
}
