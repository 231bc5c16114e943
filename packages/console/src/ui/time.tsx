import { SPAN_UNITS } from '@epr/model'
import { type TimeMode, useNow, useTimeMode } from './clock.js'
import css from './ui.module.css'

/** `3d 4h`, `12m`, `5s`: a span in its two largest units, the second one only beside days and hours. */
export function toSpanText(ms: number): string {
  const at = SPAN_UNITS.findIndex(([, length]) => ms >= length)
  if (at < 0) return '0s'
  const [unit, length] = SPAN_UNITS[at] ?? ['s', 1_000]
  const first = Math.floor(ms / length)
  const next = SPAN_UNITS[at + 1]
  if (!next || first >= 10 || at >= 2) return `${first}${unit}`
  const second = Math.floor((ms % length) / next[1])
  return second === 0 ? `${first}${unit}` : `${first}${unit} ${second}${next[0]}`
}

const two = (number: number): string => String(number).padStart(2, '0')

function toLocal(date: Date): string {
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

const toUtc = (date: Date): string => `${date.toISOString().slice(0, 19).replace('T', ' ')}Z`

/** A time as the page shows it. */
export function toTimeText(time: string, mode: TimeMode, now: number): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return time
  if (mode === 'relative') return toSpanText(Math.max(0, now - date.getTime()))
  return mode === 'utc' ? toUtc(date) : toLocal(date)
}

/** When something was; the title has it exactly, with its zone. */
export function Time({ time, ago = false }: { time: string; ago?: boolean }) {
  const [mode, now] = [useTimeMode(), useNow()]
  const text = toTimeText(time, mode, now)
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <time className={css.time} dateTime={time} title={`${time}\n${toLocal(new Date(time))} ${zone}`}>
      {text}
      {ago && mode === 'relative' ? ' ago' : ''}
    </time>
  )
}
