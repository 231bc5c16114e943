import { json } from '@codemirror/lang-json'
import { foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { unifiedMergeView } from '@codemirror/merge'
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from '@codemirror/search'
import { EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'react'
import css from './code.module.css'

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--ink)' },
  { tag: tags.string, color: 'light-dark(#22613f, #8fd6ae)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'light-dark(#9a3d12, #f0a878)' },
  { tag: [tags.separator, tags.bracket, tags.brace], color: 'var(--ink-3)' },
])

const looks = EditorView.theme({
  '&': { backgroundColor: 'var(--surface)', color: 'var(--ink)', fontSize: '12px', maxHeight: '70vh' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--ink-3)', border: 'none' },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--hover)',
    border: 'none',
    color: 'var(--ink-2)',
    padding: '0 6px',
  },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
    backgroundColor: 'light-dark(#cdd3fa, #38407e) !important',
  },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--ink)', fontFamily: 'var(--sans)' },
  '.cm-panels-bottom': { borderTop: '1px solid var(--line)' },
  '.cm-textfield': {
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--line-strong)',
    borderRadius: '4px',
  },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--line-strong)',
    borderRadius: '4px',
  },
  '.cm-searchMatch': { backgroundColor: 'light-dark(#fde9a9, #5b4a12)' },
  '.cm-searchMatch-selected': { backgroundColor: 'light-dark(#f9c74f, #8a6d14)' },
  '.cm-deletedChunk': { backgroundColor: 'var(--failed-ground)' },
  '&.cm-merge-b .cm-changedLine, .cm-inlineChangedLine': { backgroundColor: 'var(--open-ground)' },
  '&.cm-merge-b .cm-changedText': { background: 'light-dark(#b5e6d3, #1c5a49)' },
  '.cm-deletedChunk .cm-deletedText, .cm-deletedText': { background: 'light-dark(#f6c4c0, #71302e)' },
  '.cm-changeGutter': { width: '3px', paddingLeft: '0' },
  '&.cm-merge-b .cm-changedLineGutter': { background: 'var(--open)' },
  '.cm-deletedLineGutter': { background: 'var(--failed)' },
})

function extensionsOf(label: string, before: string | undefined): Extension[] {
  return [
    lineNumbers(),
    foldGutter(),
    json(),
    syntaxHighlighting(colours),
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

/**
 * JSON to look at: with lines, folds and a search; against another text where there is one. In a shadow root, because its styles
 * are constructed there, which the page's policy allows, and are a style element elsewhere, which it does not.
 */
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
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' })
    const view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({ doc: text, extensions: extensionsOf(label, before) }),
    })
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
