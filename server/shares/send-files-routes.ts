/** What people from outside see of a link that takes files: a form that works by itself, and what became of what they sent. */
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { sendFilesPage } from '../../views/pages/send-files.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { announcedBytes } from '../http/counted-body.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import type { DeliveriesService } from './deliveries-service.ts'
import { DeliveryError, type DeliveryFault } from './delivery.ts'
import type { FindTold } from './delivery-letters.ts'
import { formParts } from './form-parts.ts'
import { shareLimits } from './share.ts'
import { createGuests, type Guest, type GuestOptions } from './share-guest.ts'

type Sender = Guest<'upload'>

const announcedForm = z.object({ files: z.coerce.number().int().min(1), bytes: z.coerce.number().int().min(0) })

export function sendFilesRoutes(
  options: GuestOptions & { readonly deliveries: DeliveriesService; readonly findTold: FindTold },
): App {
  const { door, deliveries, pageContext } = options
  const guests = createGuests('upload', options)
  const routes = newRoutes()

  routes.get('/u/:token', async (c) => {
    const arrived = arrivedAsked(c.req.query('arrived'))
    // The last file that it takes has come, and somebody wants to read so.
    const mayBeOver = async ({ end }: Sender) => end === 'used-up' && arrived !== undefined
    const guest = await guests.let(c, { isPage: true, mayBeOver })
    if (guest instanceof Response) return guest
    if (c.req.method === 'GET') await door.noteLook(guest.share, guest.visitor)
    return show(c, guest, { arrived })
  })
  routes.post('/u/:token/password', (c) => guests.tryPassword(c))

  routes.post('/u/:token', async (c) => {
    const guest = await guests.let(c, { isPage: false })
    if (guest instanceof Response) return guest
    try {
      const announced =
        c.req.header('transfer-encoding') === undefined ? announcedBytes(c.req.header('content-length')) : undefined
      await deliveries.demandRoom(guest.share, { bytes: announced })
      const { files } = await deliveries.take({
        share: guest.share,
        visitor: guest.visitor,
        parts: formParts(incomingOf(c), c.req.header()),
      })
      // What takes an hour to send must not end at a form for the password, with no word that it has arrived.
      guests.letStay(c, guest)
      return c.redirect(`${guest.path}?arrived=${files}`, 303)
    } catch (error) {
      return refused(c, guest, error)
    }
  })

  // Asked first by the page's script: whoever is refused in the middle of sending sees a lost connection instead of the answer.
  routes.post('/u/:token/room', async (c) => {
    const guest = await guests.let(c, { isPage: false })
    if (guest instanceof Response) return guest
    const announced = await readForm(c, announcedForm)
    try {
      await deliveries.demandRoom(guest.share, announced)
      return c.body(null, 204)
    } catch (error) {
      return refused(c, guest, error)
    }
  })

  async function refused(c: AppContext, guest: Sender, error: unknown): Promise<Response> {
    if (!(error instanceof DeliveryError)) throw error
    if (error.fault === 'over') return guests.over(c, guests.overOf(guest, 'used-up'))
    if (error.fault === 'withdrawn') return guests.over(c, guests.overOf(guest, 'revoked'))
    // What others have sent meanwhile is in what it still takes.
    const share = (await door.findAgain(guest.share)) ?? guest.share
    return show(c, { ...guest, share }, { problem: problemWords[error.fault](error), status: statusOf[error.fault] })
  }

  async function show(
    c: AppContext,
    { share, customerName, path }: Sender,
    more: { readonly arrived?: number | undefined; readonly problem?: string; readonly status?: number },
  ): Promise<Response> {
    const left = {
      bytes: Math.max(0, share.bytesMax - share.receivedBytes),
      files: Math.max(0, share.filesMax - share.receivedFiles),
    }
    const { title, message, expiresAt, createdBy } = share
    return c.html(
      await sendFilesPage({
        ...pageContext(c),
        by: createdBy.name,
        customer: customerName,
        title,
        message,
        path,
        untilMs: expiresAt,
        left,
        arrived: more.arrived,
        told: more.arrived === undefined ? undefined : (await options.findTold(share))?.who,
        problem: more.problem,
      }),
      (more.status ?? 200) as 200,
    )
  }

  return routes
}

type Shown = Exclude<DeliveryFault, 'over' | 'withdrawn'>

const statusOf: Readonly<Record<Shown, number>> = {
  'worn-out': 410,
  'too-large': 413,
  'too-many-files': 413,
  'nothing-sent': 422,
  'cut-off': 400,
  malformed: 400,
  'no-room': 507,
  refused: 503,
  busy: 503,
}

const nothing = 'Nothing has arrived.'
const problemWords: Readonly<Record<Shown, (error: DeliveryError) => string>> = {
  'worn-out': ({ message }) => `${message} ${nothing} Ask whoever sent you the link for another one.`,
  'too-large': ({ message }) => `${message} ${nothing}`,
  'too-many-files': ({ message }) => `${message} ${nothing}`,
  'nothing-sent': () => 'Choose the files first, then send them.',
  'cut-off': () => `The connection was lost before everything had been sent. ${nothing} Try again.`,
  malformed: ({ message }) => message,
  'no-room': ({ message }) => `${message} ${nothing} Ask whoever sent you the link.`,
  refused: ({ message }) => `${message} ${nothing} Try again later, or ask whoever sent you the link.`,
  busy: ({ message }) => `${message} ${nothing} Try again in a few minutes.`,
}

function incomingOf(c: AppContext): Readable {
  const { incoming } = c.env
  if (incoming === undefined) throw new Error('files are only taken over a socket')
  return incoming as unknown as Readable
}

/** What the address says after a form was taken; whoever types it there only greets themselves. */
function arrivedAsked(query: string | undefined): number | undefined {
  const count = Number(query)
  return query !== undefined && Number.isSafeInteger(count) && count >= 1 && count <= shareLimits.files ? count : undefined
}
