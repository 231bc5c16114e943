import { type GateArtifacts, toLabels } from '@epr/model'
import { Menu } from '../../ui/menu.js'
import { visible } from '../../ui/text.js'
import css from './gates.module.css'

/** Which receivers have a column. */
export function Columns({
  receivers,
  hidden,
  onChange,
}: {
  receivers: GateArtifacts['receivers']
  hidden: ReadonlySet<string>
  onChange: (hidden: readonly string[]) => void
}) {
  const labels = toLabels(receivers)
  const flip = (id: string) =>
    onChange(
      receivers.map((each) => each.id).filter((each) => (each === id ? !hidden.has(id) : hidden.has(each))),
    )
  return (
    <Menu word={hidden.size === 0 ? 'Columns' : `Columns: ${hidden.size} hidden`}>
      {() =>
        receivers.map(({ id }, at) => (
          <label key={id} className={css.column}>
            <input type="checkbox" checked={!hidden.has(id)} onChange={() => flip(id)} />
            {visible(labels[at] ?? id)}
          </label>
        ))
      }
    </Menu>
  )
}
