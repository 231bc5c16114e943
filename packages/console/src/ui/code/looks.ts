import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--ink)' },
  { tag: tags.string, color: 'light-dark(#22613f, #8fd6ae)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'light-dark(#9a3d12, #f0a878)' },
  { tag: [tags.separator, tags.bracket, tags.brace], color: 'var(--ink-3)' },
])

const theme = EditorView.theme({
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
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-tooltip': {
    maxWidth: 'min(34rem, 90vw)',
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--line-strong)',
    borderRadius: '6px',
    fontFamily: 'var(--sans)',
    overflowWrap: 'anywhere',
  },
  // Pictures of its own the page's policy does not let it have.
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--failed) 1px' },
  '.cm-lint-marker-error': {
    content: 'normal',
    width: '8px',
    height: '8px',
    margin: '5px auto 0',
    borderRadius: '50%',
    backgroundColor: 'var(--failed)',
  },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--failed)' },
  '.cm-panel.cm-panel-lint ul [aria-selected]': { backgroundColor: 'var(--hover)', color: 'var(--ink)' },
})

/** How JSON looks, to read and to write. */
export const looks: Extension = [syntaxHighlighting(colours), theme]
