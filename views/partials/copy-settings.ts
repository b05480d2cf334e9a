import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { field } from './field.ts'

/** What the fields show: the settings of now, or what was typed. */
export type CopySettingsProps = {
  readonly name: string
  readonly everyHours: string
  /** Empty: any. */
  readonly atHour: string
  /** MiB a second; empty: none. */
  readonly limitMiB: string
  readonly isPaused: boolean
}

const intervals: readonly (readonly [hours: string, words: string])[] = [
  ['1', 'Every hour'],
  ['3', 'Every three hours'],
  ['6', 'Every six hours'],
  ['12', 'Every twelve hours'],
  ['24', 'Once a day'],
  ['168', 'Once a week'],
]
const hours = Array.from({ length: 24 }, (_, hour) => [String(hour), `${String(hour).padStart(2, '0')}:00`] as const)

/** When a second copy runs, and how fast it may. */
export function copySettings({ name, everyHours, atHour, limitMiB }: CopySettingsProps): Html {
  return html`${field({ name: 'name', label: 'Name', value: name })}
          ${choice({ name: 'every', label: 'How often', chosen: everyHours, options: intervals })}
          ${choice({ name: 'at', label: 'Once a day or a week: begins at', chosen: atHour, options: [['', 'Any hour'], ...hours], hint: 'By the clock of the box.' })}
          <div class="field"><label for="limit">At most, in MiB a second</label><input id="limit" name="limit" inputmode="numeric" pattern="[0-9]{0,6}" value="${limitMiB}" aria-describedby="limit-hint"><p class="hint" id="limit-hint">Empty: as fast as it goes.</p></div>`
}

export function checkField(props: {
  readonly name: string
  readonly label: string
  readonly isChecked: boolean
  readonly hint?: string
}): Html {
  const { name, label, isChecked, hint } = props
  const described = hint === undefined ? '' : html` aria-describedby="${name}-hint"`
  return html`<div><label class="check"><input type="checkbox" name="${name}" value="yes"${isChecked ? html` checked` : ''}${described}><span>${label}</span></label>${hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`}</div>`
}

export function choice(props: {
  readonly name: string
  readonly label: string
  readonly chosen: string
  readonly options: readonly (readonly [value: string, words: string])[]
  readonly hint?: string
}): Html {
  const { name, label, chosen, options, hint } = props
  const described = hint === undefined ? '' : html` aria-describedby="${name}-hint"`
  return html`<div class="field"><label for="${name}">${label}</label><select id="${name}" name="${name}"${described}>${options.map(
    ([value, words]) => html`<option value="${value}"${value === chosen ? html` selected` : ''}>${words}</option>`,
  )}</select>${hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`}</div>`
}
