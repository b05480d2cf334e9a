import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { dayText, timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html } from '../html.ts'
import { fileIcon } from '../icons/file-icon.ts'
import { type IconName, icon } from '../icons/icon.ts'
import type { Reader } from '../reader.ts'
import { basketButton } from './basket.ts'

/** A piece of a name, and whether it is what was looked for. */
export type NamePiece = { readonly text: string; readonly isFound: boolean }

export type FoundFileProps = {
  readonly kind: 'folder' | 'file' | 'link' | 'special'
  readonly name: readonly NamePiece[]
  readonly computer: string
  /** From the top down; the folder it lies in last. */
  readonly folders: readonly (readonly NamePiece[])[]
  readonly sizeBytes: number
  readonly changedAtMs: number | undefined
  /** Undefined: it is in the newest version. */
  readonly deleted: { readonly atMs: number | undefined; readonly lastSeenMs: number } | undefined
  readonly firstAtMs: number
  readonly lastAtMs: number
  readonly states: number
  readonly historyPath: string
  /** The folder it lies in, in the version that is shown; of a folder itself: the folder. */
  readonly openPath: string
  /** Undefined: there are no bytes to have. */
  readonly getPath: string | undefined
  /** Of a file: to be looked at before it is taken. */
  readonly lookPath: string | undefined
  /** Where it is sent back to a computer; undefined: whoever looks may not. */
  readonly backPath: string | undefined
  readonly basket: InBasket | undefined
  /** The newest states, the newest first. */
  readonly versions: readonly FoundVersion[]
}

export type FoundVersion = {
  /** When the first backup came that holds it like this, and the last one. */
  readonly firstAtMs: number
  readonly lastAtMs: number
  readonly sizeBytes: number
  readonly moreBytes: number | undefined
  readonly getPath: string | undefined
  readonly basket: InBasket | undefined
}

/** What its button shows and sends; `id` is its own on the page. */
export type InBasket = { readonly id: string; readonly item: string; readonly isIn: boolean }

/** One file or folder that was found: where it lies, how it was last, and its newest versions. */
export function foundFile(reader: Reader, found: FoundFileProps, { isOpen }: { readonly isOpen: boolean }): Html {
  const plain = found.name.map(({ text }) => text).join('')
  return html`
          <li class="find">
            <div class="row">
              ${icon(iconOf(found.kind, plain), 'kind')}
              <div>
                <h3><a href="${found.historyPath}"><bdi class="exact">${marked(found.name)}</bdi></a></h3>
                <p class="sub where">${found.computer}${found.folders.map((folder) => html` / <bdi class="exact">${marked(folder)}</bdi>`)}</p>
                <p>${standing(reader, found)}</p>
              </div>
              <div class="end">${getButton(found, plain)} ${found.basket === undefined ? '' : basketButton({ ...found.basket, name: plain })}</div>
            </div>
            ${found.kind === 'folder' || found.versions.length === 0 ? folderLinks(found) : versionsOf(reader, found, { isOpen, plain })}
          </li>`
}

function marked(pieces: readonly NamePiece[]): readonly (Html | string)[] {
  return pieces.map(({ text, isFound }) => (isFound ? html`<mark>${text}</mark>` : text))
}

function iconOf(kind: FoundFileProps['kind'], name: string): IconName {
  if (kind === 'folder') return 'folder'
  if (kind === 'link') return 'file-symlink'
  return kind === 'special' ? 'circle-question-mark' : fileIcon(name)
}

function standing(reader: Reader, found: FoundFileProps): Html {
  const { kind, sizeBytes, changedAtMs, deleted } = found
  const size = kind === 'file' ? sizeText(reader, sizeBytes) : ''
  if (deleted !== undefined) {
    const day = deleted.atMs === undefined ? '' : ` ${onDay(reader, deleted.atMs)}`
    return html`<span class="state" data-state="partial">${icon('trash-2')}Deleted</span>${day}; last seen ${whenInSentence(reader, deleted.lastSeenMs)}${size === '' ? '' : `, ${size}`}`
  }
  const changed = changedAtMs === undefined ? '' : `changed ${whenInSentence(reader, changedAtMs)}`
  const words = [size, changed].filter((one) => one !== '').join(', ')
  return html`${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

function onDay(reader: Reader, atMs: number): string {
  const day = dayText(reader, atMs)
  return day === 'today' || day === 'yesterday' ? day : `on ${day}`
}

function getButton({ getPath, kind }: FoundFileProps, name: string): Html {
  if (getPath === undefined) return html``
  return html`<a class="button small" href="${getPath}">${icon('download')}Download<span class="vh"> ${kind === 'folder' ? 'folder ' : ''}${name}</span></a>`
}

function folderLinks({ kind, openPath, historyPath }: FoundFileProps): Html {
  return html`<p class="more-link"><a href="${openPath}">${kind === 'folder' ? 'Open the folder' : 'Open the folder it lies in'}</a> <a href="${historyPath}">All its versions</a></p>`
}

function versionsOf(
  reader: Reader,
  found: FoundFileProps,
  { isOpen, plain }: { readonly isOpen: boolean; readonly plain: string },
): Html {
  return html`<details${isOpen ? html` open` : ''}>
              <summary>${versionWords(reader, found)}</summary>
              <div class="ledger-wrap">
                <table class="ledger">
                  <thead><tr><th scope="col">Version</th><th scope="col" class="wide">What changed</th><th scope="col" class="num wide">Size</th><th scope="col"><span class="vh">Get it</span></th></tr></thead>
                  <tbody>${found.versions.map((version) => versionRow(reader, version, plain))}
                  </tbody>
                </table>
              </div>
              <p class="more-link"><a href="${found.historyPath}">${found.states === 1 ? 'Its history' : `All ${countOf(reader, found.states, 'version')}, and what changed`}</a> ${found.lookPath === undefined ? '' : html`<a href="${found.lookPath}">Look at it<span class="vh">: ${plain}</span></a> `}${found.backPath === undefined ? '' : html`<a href="${found.backPath}">Back to the computer<span class="vh">: ${plain}</span></a> `}<a href="${found.openPath}">Open the folder it lies in</a></p>
            </details>`
}

function versionWords(reader: Reader, { states, firstAtMs, lastAtMs, deleted }: FoundFileProps): string {
  const count = countOf(reader, states, 'version')
  return deleted === undefined ? `${count} since ${dayText(reader, firstAtMs)}` : `${count} until ${dayText(reader, lastAtMs)}`
}

function versionRow(reader: Reader, version: FoundVersion, name: string): Html {
  const { firstAtMs, lastAtMs } = version
  const when = whenText(reader, firstAtMs)
  const size = sizeText(reader, version.sizeBytes)
  const held =
    firstAtMs === lastAtMs
      ? ''
      : html`<span class="sub">The same in later ones, the last ${whenInSentence(reader, lastAtMs)}</span>`
  return html`
                    <tr>
                      <th scope="row" class="when">${timeTag(firstAtMs, when)}${held}<span class="narrow sub">${size}</span></th>
                      <td class="wide">${changeWords(reader, version.moreBytes)}</td>
                      <td class="num wide">${size}</td>
                      <td class="acts">${version.getPath === undefined ? '' : html`<a class="button small quiet" href="${version.getPath}">${icon('download')}<span class="label">Download<span class="vh"> ${name}, ${when}</span></span></a>`} ${version.basket === undefined ? '' : basketButton({ ...version.basket, name: `${name}, ${when}` })}</td>
                    </tr>`
}

/** `1.2 KiB more`, `The same size`; `New` where there was none before. */
export function changeWords(reader: Reader, moreBytes: number | undefined): string {
  if (moreBytes === undefined) return 'New'
  if (moreBytes === 0) return 'The same size'
  return `${sizeText(reader, Math.abs(moreBytes))} ${moreBytes > 0 ? 'more' : 'less'}`
}
