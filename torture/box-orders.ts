/** What the harness and the box under torture say to each other, over the channel between parent and child. */
import { type CrashPoint, crashPoints } from '../server/storage-volumes/crash-points.ts'

/** What happens when a point is reached for the nth time from now on. */
export interface Strike {
  readonly point: CrashPoint
  readonly nth: number
  readonly blow: Blow
}

export type Blow =
  /** Without a pid: the box itself. */
  | { readonly kind: 'kill'; readonly pid?: number }
  /** Everything that is left of the file system goes into this file. */
  | { readonly kind: 'fill'; readonly file: string }

export type Order = { readonly kind: 'strike'; readonly strike: Strike | undefined }

/** Among the points that were reached: here it struck. */
export const struckLine = '!struck'

/** Every order is answered, so that what follows it finds it obeyed. */
export type Obeyed = { readonly kind: 'obeyed' }

export function isCrashPoint(text: string): text is CrashPoint {
  return (crashPoints as readonly string[]).includes(text)
}
