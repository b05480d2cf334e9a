import { countOf, countText, listOfNames } from '../format/count.ts'
import { dateText, daysSince, dayText, timeText, whenInSentence } from '../format/when.ts'
import type { Html } from '../html.ts'
import type { PausedState } from '../partials/paused.ts'
import { sentence } from '../partials/sentence.ts'
import type { Reader } from '../reader.ts'

/** How the account stands. The server decides which; the words are here. */
export type Standing =
  /** Computers are connected, and none has sent anything yet. */
  | { readonly kind: 'waiting'; readonly names: readonly string[]; readonly running: readonly string[] }
  | {
      readonly kind: 'ok'
      readonly names: readonly string[]
      readonly lastAtMs: number
      readonly files: number
      readonly sinceMs: number
      /** When the next backup is due; undefined where nothing starts one. */
      readonly nextAtMs?: number | undefined
    }
  /** The newest backup of these did not succeed. */
  | {
      readonly kind: 'failed'
      readonly names: readonly string[]
      readonly failedAtMs: number
      readonly lastGoodAtMs: number | undefined
      readonly others: number
    }
  /** The newest backup of these left files out. */
  | {
      readonly kind: 'partial'
      readonly names: readonly string[]
      readonly skipped: number
      readonly lastAtMs: number
      readonly others: number
    }
  /** These have not been heard of for days. */
  | { readonly kind: 'silent'; readonly names: readonly string[]; readonly lastGoodAtMs: number; readonly others: number }
  /** These were connected and never backed up, while others were. */
  | { readonly kind: 'missing'; readonly names: readonly string[]; readonly others: number }
  /** Nothing is taken of these, because somebody said so; the others are well. */
  | {
      readonly kind: 'paused'
      readonly names: readonly string[]
      readonly others: number
      /** Where it was said, if it was said in one place. */
      readonly of: PausedState['of']
      /** Undefined: until somebody says otherwise, or of each until another day. */
      readonly untilMs: number | undefined
      /** Undefined: one of them has no backup at all. */
      readonly lastGoodAtMs: number | undefined
    }

export type Said = {
  readonly sentence: Html
  /** Its first half, for a page that has something more urgent to say first. */
  readonly says: string
  readonly lead: string
  readonly isGood: boolean
  /** Somebody should do something. */
  readonly isBad: boolean
}

export function standingSentence(reader: Reader, standing: Standing): Said {
  switch (standing.kind) {
    case 'waiting':
      return saidOfWaiting(reader, standing)
    case 'ok':
      return saidOfOk(reader, standing)
    case 'failed':
      return saidOfFailed(reader, standing)
    case 'partial':
      return saidOfPartial(reader, standing)
    case 'silent':
      return saidOfSilent(reader, standing)
    case 'missing':
      return saidOfMissing(reader, standing)
    case 'paused':
      return saidOfPaused(reader, standing)
    default:
      return standing satisfies never
  }
}

type Of<Kind extends Standing['kind']> = Extract<Standing, { kind: Kind }>

function saidOfWaiting(reader: Reader, { names, running }: Of<'waiting'>): Said {
  if (running.length > 0) {
    const small = ['It can be restored once it has ended.']
    return {
      ...spoken({ state: 'running', says: `The first backup of ${listOfNames(reader, running)} is running.`, small }),
      lead: 'Nothing has to be done. The computer may be used meanwhile; when it is switched off, the backup goes on later.',
      isGood: false,
      isBad: false,
    }
  }
  return {
    ...spoken({
      says: 'Nothing is backed up yet.',
      small: [`${listOfNames(reader, names)} ${isOrAre(names)} connected.`],
    }),
    lead: 'The first backup starts when someone runs it there: choose folders with “holdfast-agent add”, then “holdfast-agent backup”.',
    isGood: false,
    isBad: false,
  }
}

function saidOfOk(reader: Reader, { names, lastAtMs, files, sinceMs, nextAtMs }: Of<'ok'>): Said {
  const who = names.length === 1 ? names[0]! : `All ${countOf(reader, names.length, 'computer')}`
  return {
    ...spoken({
      state: 'ok',
      says: 'Everything is backed up.',
      small: [
        `Last: ${lowerWhen(reader, lastAtMs)}.`,
        nextAtMs === undefined ? 'Next: when you start it.' : `Next: ${lowerWhen(reader, nextAtMs)}.`,
      ],
    }),
    lead: `${who}, ${countOf(reader, files, 'file')}, every version since ${dateText(reader, sinceMs)}.`,
    isGood: true,
    isBad: false,
  }
}

function saidOfFailed(reader: Reader, { names, failedAtMs, lastGoodAtMs, others }: Of<'failed'>): Said {
  const safe =
    lastGoodAtMs === undefined ? 'It has no good backup yet.' : `Everything up to ${lowerWhen(reader, lastGoodAtMs)} is safe.`
  return {
    ...spoken({ state: 'failed', says: `The last backup of ${listOfNames(reader, names)} failed.`, small: [safe] }),
    lead: `${othersAreFine(reader, others)}It was tried ${whenInSentence(reader, failedAtMs)}; what went wrong stands under Activity.`,
    isGood: false,
    isBad: true,
  }
}

function saidOfPartial(reader: Reader, { names, skipped, lastAtMs, others }: Of<'partial'>): Said {
  return {
    ...spoken({
      state: 'partial',
      says: `${countOf(reader, skipped, 'file')} on ${listOfNames(reader, names)} ${skipped === 1 ? 'was' : 'were'} left out.`,
      small: [`Everything else is safe. Last: ${lowerWhen(reader, lastAtMs)}.`],
    }),
    lead: `${othersAreFine(reader, others)}The list of what was left out, and why, is on the computer’s own page.`,
    isGood: false,
    isBad: true,
  }
}

function saidOfSilent(reader: Reader, { names, lastGoodAtMs, others }: Of<'silent'>): Said {
  const days = countOf(reader, daysSince(reader, lastGoodAtMs), 'day')
  return {
    ...spoken({
      state: 'silent',
      says: `${listOfNames(reader, names)} ${hasOrHave(names)} not been backed up for ${days}.`,
      small: [`Everything up to ${lowerWhen(reader, lastGoodAtMs)} is safe.`],
    }),
    lead: `${othersAreFine(reader, others)}What was made since then exists only there.`,
    isGood: false,
    isBad: true,
  }
}

function saidOfMissing(reader: Reader, { names, others }: Of<'missing'>): Said {
  return {
    ...spoken({
      state: 'partial',
      says: `${listOfNames(reader, names)} ${hasOrHave(names)} never been backed up.`,
      small: [`The other ${countOf(reader, others, 'computer')} ${others === 1 ? 'is' : 'are'} safe.`],
    }),
    lead: 'Its first backup starts when someone runs it there: “holdfast-agent add” chooses folders, “holdfast-agent backup” sends them.',
    isGood: false,
    isBad: true,
  }
}

const pausedWhere = {
  computer: 'Who paused them, and why, is on the computer’s own page.',
  plan: 'The whole plan is paused. Who paused it, and why, is on the computer’s own page.',
  customer: 'The whole account is.',
} as const

function saidOfPaused(reader: Reader, standing: Of<'paused'>): Said {
  const { names, others, of, untilMs, lastGoodAtMs } = standing
  const number = countText(reader, names.length)
  const until = untilMs === undefined ? 'Until somebody switches them on.' : `Until ${dateText(reader, untilMs)}.`
  const safe =
    lastGoodAtMs === undefined
      ? 'Not all of them were backed up before.'
      : `Everything up to ${lowerWhen(reader, lastGoodAtMs)} is safe.`
  const says =
    others === 0
      ? 'Backups are paused.'
      : `All but ${countOf(reader, names.length, 'computer')} are backed up; ${number} ${isOrAre(names)} paused.`
  return {
    ...spoken({ state: 'paused', says, small: [until, safe] }),
    lead: `${others === 0 ? '' : `Paused: ${listOfNames(reader, names)}. `}${pausedWhere[of]} What was made since the pause began exists only there.`,
    isGood: false,
    isBad: false,
  }
}

function othersAreFine(reader: Reader, others: number): string {
  if (others === 0) return ''
  return others === 1 ? 'The other computer is fine. ' : `The other ${countText(reader, others)} computers are fine. `
}

/** `today 18:02`: short enough for the sentence. */
function lowerWhen(reader: Reader, atMs: number): string {
  return `${dayText(reader, atMs)} ${timeText(reader, atMs)}`
}

function isOrAre(names: readonly string[]): 'is' | 'are' {
  return names.length === 1 ? 'is' : 'are'
}

function hasOrHave(names: readonly string[]): 'has' | 'have' {
  return names.length === 1 ? 'has' : 'have'
}

function spoken(props: Parameters<typeof sentence>[0]): Pick<Said, 'sentence' | 'says'> {
  return { sentence: sentence(props), says: props.says }
}
