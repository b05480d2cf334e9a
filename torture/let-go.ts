/** Versions deleted by their owner, over the API as the dashboard does it. */
import { noRules } from '../engine/index.ts'
import { type Bed, login } from './bed.ts'

/** From now on only people let versions go: days pass here in no time, and what the rules say of them is proved elsewhere. */
export async function keepAllByRules(bed: Pick<Bed, 'box'>): Promise<void> {
  const cookie = await signIn(bed)
  const devices = (await ask(bed, cookie, 'GET', '/api/v1/devices')) as { readonly items: readonly { readonly id: string }[] }
  const own = { ...noRules, keepLast: keptByRules }
  for (const { id } of devices.items) await ask(bed, cookie, 'PUT', `/api/v1/devices/${id}/retention`, { own })
}

const keptByRules = 1000

/** What stays at least: the judge wants something to look at. */
const versionsKept = 3

/** All but the newest few go into the bin; from the request on they may be there or not, but whole. */
export async function letVersionsGo(
  bed: Bed,
  options: { readonly isOneTakenBack?: boolean; readonly keep?: number; readonly also?: readonly string[] } = {},
): Promise<void> {
  const cookie = await signIn(bed)
  const going = [...(options.also ?? []), ...[...bed.acknowledged.keys()].slice(0, -(options.keep ?? versionsKept))]
  for (const id of going) {
    bed.acknowledged.delete(id)
    await ask(bed, cookie, 'DELETE', `/api/v1/snapshots/${id}`)
  }
  if (options.isOneTakenBack && going[0] !== undefined) await ask(bed, cookie, 'DELETE', `/api/v1/snapshots/${going[0]}/bin`)
}

export async function signIn(bed: Pick<Bed, 'box'>): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${bed.box.port()}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(login),
  })
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0]
  if (cookie === undefined) throw new Error(`signing in: ${response.status} ${await response.text()}`)
  return cookie
}

async function ask({ box }: Pick<Bed, 'box'>, cookie: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${box.port()}${path}`, {
    method,
    headers: { cookie, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (response.status === 404 || response.status === 204) return undefined
  if (response.ok) return response.json()
  throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
}
