import { html } from 'hono/html'
import type { Html } from '../html.ts'

export type FieldProps = {
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'email' | 'password' | 'search'
  readonly value?: string
  readonly autocomplete?: string
  readonly hint?: string
  /** What is wrong with what was typed, in words. */
  readonly problem?: string | undefined
  readonly minLength?: number
  /** It may stay empty. */
  readonly isOptional?: boolean
}

/** A label, its input, a hint below it, and what is wrong with it. */
export function field(props: FieldProps): Html {
  const { name, problem, hint } = props
  const described = [hint === undefined ? '' : `${name}-hint`, problem === undefined ? '' : `${name}-problem`]
    .filter(Boolean)
    .join(' ')
  return html`<div class="field"><label for="${name}">${props.label}</label><input id="${name}" name="${name}" type="${props.type ?? 'text'}"${props.isOptional === true ? '' : html` required`}${attribute('autocomplete', props.autocomplete)}${attribute('minlength', props.minLength)}${attribute('aria-describedby', described === '' ? undefined : described)}${attribute('aria-invalid', problem === undefined ? undefined : 'true')}${attribute('value', props.value)}>${
    hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`
  }${problem === undefined ? '' : html`<p class="wrong" id="${name}-problem">${problem}</p>`}</div>`
}

function attribute(name: string, value: string | number | undefined): Html | string {
  return value === undefined ? '' : html` ${name}="${String(value)}"`
}
