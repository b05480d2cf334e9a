/** Bytes go out by a link: to people only, so many at once, and no more often than the link allows. */
import type { AppContext } from '../http/app-environment.ts'
import { createDownloads, type Downloads } from '../restores/downloads.ts'
import { breakOff } from '../restores/send-bytes.ts'
import { createSlots } from '../restores/slots.ts'
import type { Log } from '../runtime/log.ts'
import type { Traffic } from '../traffic/traffic.ts'
import type { RunningDownloads } from './running-downloads.ts'
import type { FetchedThing, ShareDoor } from './share-door-service.ts'
import { ShareError } from './share-error.ts'
import type { Guest, Guests } from './share-guest.ts'

/** Beside those of the account's own people, whom strangers must not keep waiting; and no link or network has all of them. */
const maxDownloadsAtOnce = 16
export const maxDownloadsOf = { link: 4, network: 6 } as const

/** A connection that people go on waiting at is quicker; a browser takes a single file up again. */
const guestPace = { bytes: 64 * 1024, ms: 60_000 } as const

export type Fetching = (
  c: AppContext,
  guest: Guest<'download'>,
  thing: FetchedThing,
  send: (downloads: Downloads) => Promise<Response>,
) => Promise<Response>

export function createFetching(options: {
  readonly door: Pick<ShareDoor, 'isGoingOn' | 'noteDownload'>
  readonly guests: Guests<'download'>
  readonly running: Pick<RunningDownloads, 'add'>
  readonly log: Log
  readonly traffic: Traffic
}): Fetching {
  const { door, guests, running, log, traffic } = options
  const slots = createSlots(maxDownloadsAtOnce, { perKey: maxDownloadsOf })

  return async (c, guest, thing, send) => {
    const { share, visitor } = guest
    const downloads = createDownloads({
      ...{ log, traffic },
      cacheControl: 'no-store',
      pace: guestPace,
      admit: () => {
        if (visitor.isBot) return guests.over(c, { kind: 'no-preview' })
        return slots.take({ link: share.shareId, network: visitor.network }) ?? guests.over(c, { kind: 'busy', seconds: 60 })
      },
      onFirstBytes: async (start) => {
        if (start > 0 && (await door.isGoingOn(share, visitor, thing))) return
        if (!(await door.noteDownload(share, visitor, thing))) throw new ShareError('over', 'No download is left.')
      },
    })
    using _running = running.add(share.shareId, () => c.env.outgoing && breakOff(c.env.outgoing))
    try {
      return await send(downloads)
    } catch (error) {
      if (!(error instanceof ShareError)) throw error
      return guests.over(c, guests.overOf(guest, 'used-up'))
    }
  }
}
