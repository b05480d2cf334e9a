import { countOf, countText } from '../format/count.ts'
import type { Reader } from '../reader.ts'

/** How many computers stand how, over the whole box. */
export type FleetSums = {
  readonly all: number
  readonly safe: number
  readonly failed: number
  readonly silent: number
  readonly partial: number
  readonly paused: number
  readonly none: number
}

/** `482 of 500 computers are safe.` */
export function fleetTitle(reader: Reader, { all, safe }: FleetSums): string {
  if (all === 0) return 'No computer is backed up here yet.'
  if (safe < all) return `${countText(reader, safe)} of ${countOf(reader, all, 'computer')} ${safe === 1 ? 'is' : 'are'} safe.`
  return all === 1 ? 'The only computer is safe.' : `All ${countOf(reader, all, 'computer')} are safe.`
}

/** `3 failed and 4 have gone silent; they need someone. 9 were backed up only partly, and 2 are paused.` */
export function fleetLead(reader: Reader, sums: FleetSums): string {
  const { all, failed, silent, partial, paused, none } = sums
  if (all === 0) return 'As soon as a customer connects one, it stands here.'
  const said = (count: number, one: string, many: string) =>
    count === 0 ? [] : [`${countText(reader, count)} ${count === 1 ? one : many}`]
  const bad = [...said(failed, 'failed', 'failed'), ...said(silent, 'has gone silent', 'have gone silent')]
  const rest = [
    ...said(partial, 'was backed up only partly', 'were backed up only partly'),
    ...said(none, 'has no backup yet', 'have no backup yet'),
    ...said(paused, 'is paused', 'are paused'),
  ]
  const list = new Intl.ListFormat(reader.locale)
  const needs = bad.length === 0 ? [] : [`${list.format(bad)}; ${failed + silent === 1 ? 'it needs' : 'they need'} someone.`]
  const others = rest.length === 0 ? [] : [`${list.format(rest)}.`]
  const lines = [...needs, ...others]
  return lines.length === 0 ? 'Nobody has to do anything.' : lines.join(' ')
}
