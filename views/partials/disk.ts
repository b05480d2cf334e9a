import { html } from 'hono/html'
import { sizeText } from '../format/size.ts'
import { dateText } from '../format/when.ts'
import type { Html } from '../html.ts'
import { icon } from '../icons/icon.ts'
import type { Reader } from '../reader.ts'
import { type Fact, facts } from './facts.ts'
import { gauge } from './gauge.ts'
import { partHead } from './part-head.ts'
import { stateBadge } from './state.ts'
import { type UsageBar, usageChart } from './usage-chart.ts'

export type DiskProps = {
  /** As the box names it: `repositories`, or a path. */
  readonly folder: string
  readonly path: string
  readonly state: 'online' | 'read-only' | 'wrong'
  readonly reason: string | undefined
  readonly space: DiskSpaceProps | undefined
  /** How full it was, day by day. */
  readonly days?: readonly UsageBar[]
}

export type DiskSpaceProps = {
  readonly totalBytes: number
  readonly freeBytes: number
  readonly reserveBytes: number
  readonly reserveWantedBytes: number
  readonly floorBytes: number
  /** `unknown`: the box has not watched it long enough. `never`: it does not grow. */
  readonly full: { readonly kind: 'unknown' | 'never' } | { readonly kind: 'at'; readonly atMs: number }
}

/** A disk: how full, until when, and what to do where it is in trouble. */
export function diskPart(reader: Reader, disk: DiskProps, index: number): Html {
  const id = `disk-${index}`
  const title = disk.folder === 'repositories' ? 'The disk of the box' : 'Another disk'
  return html`<section class="part" aria-labelledby="${id}">
      ${partHead({ id, title, beside: badgeOf(disk) })}
      <p class="hint"><code>${disk.path}</code></p>
      ${disk.state === 'online' ? '' : troubleOf(disk)}
      ${disk.space === undefined ? '' : spaceOf(reader, disk.space)}
      ${chartOf(reader, disk)}
    </section>`
}

function badgeOf({ state, space }: DiskProps): Html {
  if (state === 'wrong') return stateBadge('failed', 'Not there')
  if (state === 'read-only') return stateBadge('failed', 'Takes no writes')
  if (space !== undefined && space.freeBytes < space.floorBytes) return stateBadge('failed', 'Full')
  if (space !== undefined && space.freeBytes < 2 * space.floorBytes) return stateBadge('partial', 'Nearly full')
  return stateBadge('ok', 'In use')
}

function troubleOf({ folder, state, reason }: DiskProps): Html {
  const [act, words, more] =
    state === 'wrong'
      ? [
          'accept',
          'This disk belongs there',
          'Mount the right disk, and the box goes on by itself. Say that this one belongs there only if you put it there on purpose, with all that was on the old one.',
        ]
      : [
          'try-again',
          'Try the disk again',
          'Look at the disk first: its log, its cables, its state. The box writes a probe, and takes writes again if it becomes durable.',
        ]
  return html`<form class="box" action="/storage/disks/${act}" method="post">
        <p>${reason ?? ''}</p>
        <p class="hint">${more}</p>
        <p class="row"><input type="hidden" name="folder" value="${folder}"><button class="button">${icon('refresh-cw')}${words}</button></p>
      </form>`
}

function chartOf(reader: Reader, { space, days = [] }: DiskProps): Html | string {
  if (space === undefined || days.length < 2) return ''
  return usageChart(reader, { title: 'Used of the disk', days, limitBytes: space.totalBytes })
}

function spaceOf(reader: Reader, space: DiskSpaceProps): Html {
  const { totalBytes, freeBytes, reserveBytes } = space
  const usedBytes = Math.max(0, totalBytes - freeBytes - reserveBytes)
  return html`<p class="figure"><b>${sizeText(reader, usedBytes)}</b> of ${sizeText(reader, totalBytes)} used</p>
      ${gauge(reader, { usedBytes, quotaBytes: totalBytes })}
      ${facts(spaceFacts(reader, space))}`
}

function spaceFacts(reader: Reader, space: DiskSpaceProps): readonly Fact[] {
  const { freeBytes, floorBytes, reserveBytes, reserveWantedBytes, full } = space
  const reserve =
    reserveBytes >= reserveWantedBytes
      ? sizeText(reader, reserveBytes)
      : `${sizeText(reader, reserveBytes)} of ${sizeText(reader, reserveWantedBytes)}`
  return [
    { label: 'Free', value: sizeText(reader, freeBytes) },
    { label: 'Backups stop at', value: `${sizeText(reader, floorBytes)} free` },
    { label: 'Held in reserve', value: reserve },
    { label: 'Will be full', value: fullText(reader, full) },
  ]
}

function fullText(reader: Reader, full: DiskSpaceProps['full']): string {
  if (full.kind === 'at') return full.atMs <= reader.nowMs ? 'Now' : `About ${dateText(reader, full.atMs)}`
  return full.kind === 'never' ? 'Not at this pace' : 'Known after four days'
}
