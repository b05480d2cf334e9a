import { html } from 'hono/html'
import { sizeText } from '../format/size.ts'
import type { Html } from '../html.ts'
import { type IconName, icon } from '../icons/icon.ts'
import type { Reader } from '../reader.ts'

/** A name that differs between two versions. */
export type ChangeProps = {
  readonly kind: 'added' | 'changed' | 'removed'
  /** From the folder that is looked at down, with slashes between names. */
  readonly name: string
  readonly isFolder: boolean
  readonly sizeBefore: number | undefined
  readonly sizeAfter: number | undefined
  readonly isOnlyTime: boolean
  /** Its history. */
  readonly path: string
}

export const changeWords = { added: 'New', changed: 'Changed', removed: 'Deleted' } as const
/** Colours agree with the words, as everywhere. */
export const changeStates = { added: 'running', changed: 'partial', removed: 'failed' } as const
const fileIcons = { added: 'file-plus', changed: 'file-pen', removed: 'file-x' } as const satisfies Record<string, IconName>
const folderIcons = { added: 'folder-plus', changed: 'folder', removed: 'folder-x' } as const satisfies Record<string, IconName>

export function changeIcon({ kind, isFolder }: Pick<ChangeProps, 'kind' | 'isFolder'>): Html {
  return icon(isFolder ? folderIcons[kind] : fileIcons[kind])
}

/** What is different about it, in words: sizes, or that only its time is. */
export function changeDetail(reader: Reader, change: ChangeProps): string {
  const { kind, isFolder, sizeBefore, sizeAfter, isOnlyTime } = change
  if (isFolder) return kind === 'changed' ? '' : 'A folder, with all in it'
  if (isOnlyTime) return 'Saved again, the same bytes'
  const [before, after] = [sizeBefore, sizeAfter].map((size) => (size === undefined ? undefined : sizeText(reader, size)))
  if (before !== undefined && after !== undefined) return before === after ? after : `${before} to ${after}`
  return after ?? before ?? ''
}

/** One of a few, beside a file's history. */
export function changeItem(change: ChangeProps): Html {
  return html`<li data-state="${changeStates[change.kind]}">${changeIcon(change)}<span><a href="${change.path}"><bdi class="exact">${change.name}</bdi></a></span><span class="end">${changeWords[change.kind]}</span></li>`
}
