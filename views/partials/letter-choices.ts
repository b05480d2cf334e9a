import { html } from 'hono/html'
import type { Html } from '../html.ts'

export type DigestRhythmProps = 'none' | 'daily' | 'weekly'

export type LetterChoicesProps = {
  readonly completed: boolean
  readonly partly: boolean
  readonly failed: boolean
  readonly alarms: boolean
  readonly digest: DigestRhythmProps
}

export const choiceFields = ['completed', 'partly', 'failed', 'alarms'] as const

const words: Readonly<Record<(typeof choiceFields)[number], string>> = {
  completed: 'Each backup that went well',
  partly: 'Each that left files out',
  failed: 'Each that failed',
  alarms: 'What waits for somebody: silence, space, the end of the plan',
}

export const digestOptions = [
  ['none', 'No'],
  ['daily', 'Every morning'],
  ['weekly', 'On Mondays'],
] as const

/** Which letters: ticks, and the rhythm of the one about everything. `prefix` keeps the names apart where there are several. */
export function letterChoices(choices: LetterChoicesProps, prefix = ''): Html {
  return html`<ul class="ticks">${choiceFields.map(
    (name) =>
      html`<li><label class="check"><input type="checkbox" name="${prefix}${name}" value="yes"${choices[name] ? html` checked` : ''}><span>${words[name]}</span></label></li>`,
  )}</ul>
            ${digestChoice({ id: `${prefix}digest`, label: 'All computers in one letter', chosen: choices.digest })}`
}

export function digestChoice(props: { readonly id: string; readonly label: string; readonly chosen: string }): Html {
  return html`<div class="field"><label for="${props.id}">${props.label}</label><select id="${props.id}" name="${props.id}">${digestOptions.map(
    ([value, text]) => html`<option value="${value}"${value === props.chosen ? html` selected` : ''}>${text}</option>`,
  )}</select></div>`
}
