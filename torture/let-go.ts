/** Versions deleted by their owner, over the API as the dashboard does it. */
import { type Bed, login } from './bed.ts'

/** What stays at least: the judge wants something to look at. */
const versionsKept = 3

/** All but the newest few go into the bin; from the request on they may be there or not, but whole. */
export async function letVersionsGo(
  bed: Bed,
  options: { readonly isOneTakenBack?: boolean; readonly keep?: number } = {},
): Promise<void> {
  const cookie = await signIn(bed)
  const going = [...bed.acknowledged.keys()].slice(0, -(options.keep ?? versionsKept))
  for (const id of going) {
    bed.acknowledged.delete(id)
    await ask(bed, cookie, 'DELETE', `/api/v1/snapshots/${id}`)
  }
  if (options.isOneTakenBack && going[0] !== undefined) await ask(bed, cookie, 'DELETE', `/api/v1/snapshots/${going[0]}/bin`)
}

async function signIn(bed: Bed): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${bed.box.port()}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(login),
  })
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0]
  if (cookie === undefined) throw new Error(`signing in: ${response.status} ${await response.text()}`)
  return cookie
}

async function ask({ box }: Bed, cookie: string, method: string, path: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${box.port()}${path}`, { method, headers: { cookie } })
  if (response.ok || response.status === 404) return
  throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
}
