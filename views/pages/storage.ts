import { html } from 'hono/html'
import { dateText, whenInSentence } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type ChoreProps, choresPart } from '../partials/chores.ts'
import { type DiskProps, diskPart } from '../partials/disk.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type StoragePageProps = PageContext & {
  readonly viewer: Viewer
  readonly disks: readonly DiskProps[]
  readonly chores: readonly ChoreProps[]
  /** The clock is not to be believed since then. */
  readonly clockJumpedAtMs: number | undefined
  /** The index was made anew then, and nobody has said that all is well. */
  readonly rebuiltAtMs: number | undefined
}

/** The box's own care: its disk, and the work that it does by itself. */
export function storagePage(props: StoragePageProps): Page {
  const { reader, disks, chores, clockJumpedAtMs, rebuiltAtMs } = props
  return appPage({
    ...props,
    title: 'Storage',
    place: 'storage',
    body: html`
    <header class="page-head"><div>${headOf(reader, disks, chores)}</div></header>
    ${clockJumpedAtMs === undefined ? '' : clockPart(reader, clockJumpedAtMs)}
    ${rebuiltAtMs === undefined ? '' : rebuiltPart(reader, rebuiltAtMs)}
    ${disks.map((disk, index) => diskPart(reader, disk, index + 1))}
    <p class="more-link"><a href="/storage/move">Move a customer’s backups to another disk</a></p>
    ${choresPart(reader, chores)}
    ${keysPart()}`,
  })
}

function headOf(reader: Reader, disks: readonly DiskProps[], chores: readonly ChoreProps[]): Html {
  const small = ['Restoring still works.']
  if (disks.some(({ state }) => state === 'wrong'))
    return sentence({ state: 'failed', says: 'A disk with backups is not there.', small })
  if (disks.some(({ state }) => state === 'read-only'))
    return sentence({ state: 'failed', says: 'A disk takes no more writes.', small })
  if (disks.some(({ space }) => space !== undefined && space.freeBytes < space.floorBytes))
    return sentence({ state: 'failed', says: 'The disk is full: backups are refused.', small })
  const failed = chores.filter(({ state }) => state === 'failed').map(({ title }) => title)
  if (failed.length > 0)
    return sentence({
      state: 'failed',
      says: `${failed.join(', ')} did not work.`,
      small: ['It is tried again by itself; the reason stands below.'],
    })
  const running = chores.filter(({ state }) => state === 'running').map(({ title }) => title)
  if (running.length > 0)
    return sentence({
      state: 'running',
      says: `${running.join(', ')} is under way.`,
      small: ['Backups and restores go on meanwhile.'],
    })
  return sentence({
    state: 'ok',
    says: 'The box looks after what it keeps.',
    small: [fullWords(reader, disks)],
  })
}

/** The day on which the first of the disks will be full, where one will. */
function fullWords(reader: Reader, disks: readonly DiskProps[]): string {
  const days = disks.flatMap(({ space }) => (space?.full.kind === 'at' ? [space.full.atMs] : []))
  if (days.length === 0) return 'What it does by itself, and when, stands below.'
  return `At this pace the disk is full about ${dateText(reader, Math.min(...days))}.`
}

function clockPart(reader: Reader, jumpedAtMs: number): Html {
  return html`<form class="box part" action="/storage/clock/confirm" method="post" aria-labelledby="clock">
      <h2 id="clock">The clock of the box jumped ${whenInSentence(reader, jumpedAtMs)}.</h2>
      <p>Versions and waste go by their age, so with a wrong clock the wrong ones would go: nothing is removed until the clock is right. Is it ${whenInSentence(reader, reader.nowMs)} now?</p>
      <p class="row"><button class="button primary">${icon('check')}The clock is right</button></p>
    </form>`
}

function rebuiltPart(reader: Reader, rebuiltAtMs: number): Html {
  return html`<form class="box part" action="/storage/rebuild/confirm" method="post" aria-labelledby="rebuilt">
      <h2 id="rebuilt">The list of what is stored was made anew ${whenInSentence(reader, rebuiltAtMs)}.</h2>
      <p>Look at the computers: is the newest backup of each of them there? Until you say so nothing old is removed and no space is freed, so that what is missing can still be found.</p>
      <p class="row"><button class="button primary">${icon('check')}All computers are there</button><a class="button" href="/computers">See the computers</a></p>
    </form>`
}

function keysPart(): Html {
  return html`<section class="part" aria-labelledby="keys">
      ${partHead({ id: 'keys', title: 'Keys' })}
      <p>The box key and the keys of customers can be changed at any time; printed recovery kits stay valid. <a href="/storage/keys">Keys</a></p>
    </section>`
}
