import { html } from 'hono/html'
import { sizeText } from '../format/size.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html } from '../html.ts'
import { fileIcon } from '../icons/file-icon.ts'
import { icon } from '../icons/icon.ts'
import type { Reader } from '../reader.ts'
import { basketButton } from './basket.ts'

/** One name in a folder of a version. */
export type EntryProps = EntryKind & {
  /** What its button of the basket sends; undefined for whoever has no basket. */
  readonly basket?: { readonly item: string; readonly isIn: boolean } | undefined
  /** Where it is sent back to the computer; undefined for whoever may not. */
  readonly backPath?: string | undefined
}

type EntryKind =
  | {
      readonly kind: 'folder'
      readonly name: string
      readonly changedAtMs: number
      readonly path: string
      readonly zipPath: string
      /** To a new link; nothing for who may not share. */
      readonly sharePath?: string | undefined
    }
  | {
      readonly kind: 'file'
      readonly name: string
      readonly changedAtMs: number
      readonly sizeBytes: number
      readonly filePath: string
      /** To a look at it; undefined where it is only saved. */
      readonly previewPath?: string | undefined
      /** A small picture of it; undefined where there is none. */
      readonly thumbnailPath?: string | undefined
      readonly sharePath?: string | undefined
    }
  | { readonly kind: 'link'; readonly name: string; readonly changedAtMs: number; readonly target: string }
  /** Pipes, sockets and devices: named, so that nothing is missing, but there is nothing to take out. */
  | { readonly kind: 'special'; readonly name: string; readonly changedAtMs: number; readonly what: string }

/** `index`: its own among the rows. */
export function entryRow(reader: Reader, entry: EntryProps, index: number): Html {
  const changed = timeTag(entry.changedAtMs, whenText(reader, entry.changedAtMs))
  const size = entry.kind === 'file' ? sizeText(reader, entry.sizeBytes) : ''
  return html`
                <tr>
                  <th scope="row" class="name">${entryName(entry)}<span class="narrow sub">${size === '' ? '' : html`${size}, `}${changed}</span></th>
                  <td class="num wide">${size}</td>
                  <td class="wide when">${changed}</td>
                  <td class="acts">${backAction(entry)}${entryAction(entry)}${entry.basket === undefined ? '' : html` ${basketButton({ id: `take-${index}`, name: entry.name, ...entry.basket })}`}</td>
                </tr>`
}

function entryName(entry: EntryProps): Html {
  const name = html`<bdi class="exact">${entry.name}</bdi>`
  switch (entry.kind) {
    case 'folder':
      return html`${icon('folder')} <a href="${entry.path}">${name}</a>`
    case 'file':
      return html`${fileDrawing(entry)} ${entry.previewPath === undefined ? name : html`<a href="${entry.previewPath}">${name}</a>`}`
    case 'link':
      return html`${icon('file-symlink')} ${name}<span class="sub">link to <bdi class="exact">${entry.target}</bdi></span>`
    case 'special':
      return html`${icon('circle-question-mark')} ${name}<span class="sub">${entry.what}</span>`
    default:
      return entry satisfies never
  }
}

/** A picture lies over the icon: where it cannot be drawn, the icon stays. */
function fileDrawing({ name, thumbnailPath }: Extract<EntryProps, { kind: 'file' }>): Html {
  const drawing = icon(fileIcon(name))
  if (thumbnailPath === undefined) return drawing
  return html`<span class="thumb">${drawing}<img src="${thumbnailPath}" alt="" width="32" height="32" loading="lazy" decoding="async"></span>`
}

function backAction({ backPath, name }: EntryProps): Html | string {
  if (backPath === undefined) return ''
  return html`<a class="button small quiet" href="${backPath}">${icon('rotate-ccw')}<span class="label">Back<span class="vh"> to the computer: ${name}</span></span></a>`
}

function entryAction(entry: EntryProps): Html {
  if (entry.kind === 'folder') return html`${share(entry)}${action(entry.zipPath, 'ZIP', entry.name)}`
  if (entry.kind === 'file') return html`${share(entry)}${action(entry.filePath, 'Download', entry.name)}`
  return html``
}

function share({ sharePath, name }: { readonly sharePath?: string | undefined; readonly name: string }): Html {
  if (sharePath === undefined) return html``
  return html`<a class="button small quiet" href="${sharePath}">${icon('share-2')}<span class="label">Share<span class="vh"> ${name}</span></span></a>`
}

function action(path: string, word: string, name: string): Html {
  return html`<a class="button small quiet" href="${path}">${icon('download')}<span class="label">${word}<span class="vh"> ${name}</span></span></a>`
}
