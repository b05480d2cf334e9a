import { html } from 'hono/html'
import type { Html } from '../html.ts'

/** What people wrote about a version, in their own words. Either may be empty. */
export type VersionWordsProps = { readonly name: string; readonly note: string }

/** In a list: the name, and how the note begins. */
export function versionWordsInList(words: VersionWordsProps | undefined): Html {
  if (words === undefined) return html``
  const { name, note } = words
  return html`${name === '' ? '' : html`<span class="own-name"><bdi>${name}</bdi></span>`}${note === '' ? '' : html`<span class="sub"><i><bdi>${beginningOf(note)}</bdi></i></span>`}`
}

/** By itself: every line of the note. */
export function versionNote(note: string): Html {
  return html`<p class="own-words"><i><bdi>${note.split('\n').map((line, index) => html`${index === 0 ? '' : html`<br>`}${line}`)}</bdi></i></p>`
}

const shownCharacters = 140

/** The rest stands on the version's own page. */
function beginningOf(note: string): string {
  const line = note.replaceAll(/\s+/g, ' ')
  const characters = [...line]
  return characters.length <= shownCharacters ? line : `${characters.slice(0, shownCharacters).join('').trimEnd()} …`
}
