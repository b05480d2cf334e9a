import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import { choice } from './copy-settings.ts'
import { field } from './field.ts'

/** What the fields of a link show: the usual, or what was typed. */
export type ShareFieldsProps = {
  readonly title: string
  readonly message: string
  readonly note: string
  readonly days: string
  /** What may be chosen. */
  readonly dayChoices: readonly number[]
  readonly isPasswordNeeded: boolean
  readonly problem: { readonly field: string | undefined; readonly words: string } | undefined
}

/** Title, message, end, password and note: the same for both kinds of links. */
export function shareFields(reader: Reader, props: ShareFieldsProps, titleHint: string): Html {
  const wrong = (name: string) => (props.problem?.field === name ? props.problem.words : undefined)
  return html`${field({ name: 'title', label: 'Title', value: props.title, autocomplete: 'off', hint: titleHint, problem: wrong('title') })}
          ${textField({ name: 'message', label: 'Message', value: props.message, hint: 'Shown on the page of the link. It may stay empty.', problem: wrong('message') })}
          ${choice({ name: 'days', label: 'Works for', chosen: props.days, options: dayOptions(reader, props.dayChoices) })}
          ${field({ name: 'password', label: props.isPasswordNeeded ? 'Password' : 'Password, if it shall have one', type: 'password', autocomplete: 'new-password', isOptional: !props.isPasswordNeeded, hint: 'At least eight characters. Tell it another way than the link: by telephone, say.', problem: wrong('password') })}
          ${field({ name: 'note', label: 'Note to yourselves', value: props.note, isOptional: true, autocomplete: 'off', hint: 'Only the people of this account see it.', problem: wrong('note') })}`
}

export function dayOptions(reader: Reader, days: readonly number[]): readonly (readonly [string, string])[] {
  return days.map((count) => [String(count), countOf(reader, count, 'day')])
}

function textField(props: {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly hint: string
  readonly problem: string | undefined
}): Html {
  const { name, label, value, hint, problem } = props
  const invalid = problem === undefined ? '' : html` aria-invalid="true"`
  return html`<div class="field"><label for="${name}">${label}</label><textarea id="${name}" name="${name}" rows="3" aria-describedby="${name}-hint"${invalid}>${value}</textarea><p class="hint" id="${name}-hint">${hint}</p>${problem === undefined ? '' : html`<p class="wrong">${problem}</p>`}</div>`
}
