import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { icon } from '../icons/icon.ts'
import type { Reader } from '../reader.ts'
import { type KeptUntilProps, keptUntil } from './kept-until.ts'
import { partHead } from './part-head.ts'
import { type VersionWordsProps, versionNote } from './version-words.ts'

/** What a version's page says of its keeping: its name and note, until when it is kept, and what can be done about that. */
export type VersionKeepProps = {
  readonly words: VersionWordsProps | undefined
  /** Nothing: its computer has no rules. */
  readonly kept: KeptUntilProps | undefined
  /** Where the buttons lead; nothing for who may not. */
  readonly notePath: string | undefined
  readonly pinPath: string | undefined
  readonly unpinPath: string | undefined
}

export function versionKeep(reader: Reader, { words, kept, notePath, pinPath, unpinPath }: VersionKeepProps): Html {
  const name = words?.name ?? ''
  return html`<section aria-labelledby="keep">
          ${partHead({ id: 'keep', title: 'Kept' })}
          ${name === '' ? '' : html`<p class="name"><bdi class="exact">${name}</bdi></p>`}
          ${words === undefined || words.note === '' ? '' : versionNote(words.note)}
          ${kept === undefined ? '' : html`<p>${keptUntil(reader, kept)}.</p>`}
          ${pinPath === undefined ? '' : html`<p class="hint">Pin keeps it for good, until somebody unpins it.</p>`}
          <div class="row">${notePath === undefined ? '' : html`<a class="button small" href="${notePath}">${icon('pencil')}${words === undefined ? 'Give it a name' : 'Change the name or note'}</a>`}${pinButton(pinPath, unpinPath)}</div>
        </section>`
}

function pinButton(pinPath: string | undefined, unpinPath: string | undefined): Html {
  const path = pinPath ?? unpinPath
  if (path === undefined) return html``
  const isPin = pinPath !== undefined
  return html`<form class="inline" action="${path}" method="post"><button class="button small">${icon(isPin ? 'pin' : 'pin-off')}${isPin ? 'Pin' : 'Unpin'}</button></form>`
}
