import { EditorState, type Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'

/**
 * Puts a text into an element: in a shadow root, because its styles are constructed there, which the page's policy allows, and are a
 * style element elsewhere, which it does not.
 */
export function mountText(host: HTMLElement, extensions: Extension, doc = ''): EditorView {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  return new EditorView({ root, parent: root, state: EditorState.create({ doc, extensions }) })
}
