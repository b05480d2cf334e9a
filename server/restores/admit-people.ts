/** Downloads of the account's own people: so many on the box, and of them so many for one person, whatever browsers and tokens they use. */
import type { AppContext } from '../http/app-environment.ts'
import { userOf } from '../http/principal.ts'
import { Problem } from '../http/problem.ts'
import { createSlots } from './slots.ts'

/** Each holds up to four batches of many-files.ts, of 2 MiB and a little, and the list at the end of its archive. */
const maxDownloadsAtOnce = 24
export const maxDownloadsOfPerson = 6

export function admitPeople(): (c: AppContext) => Disposable {
  const slots = createSlots(maxDownloadsAtOnce, { perKey: { person: maxDownloadsOfPerson } })
  return (c) => {
    const slot = slots.take({ person: userOf(c.var.access.principal)?.userId ?? '' })
    if (slot !== undefined) return slot
    throw new Problem('HF-BUSY', {
      detail: `Too many downloads are running already: ${maxDownloadsOfPerson} of yours, or ${maxDownloadsAtOnce} on the whole box.`,
      headers: { 'retry-after': '10' },
    })
  }
}
