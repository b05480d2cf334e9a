import type { Id } from '../runtime/ids.ts'

/** What a computer sent that does not open under its id. */
export interface DeviceFault {
  readonly deviceId: Id<'dev'>
  readonly records: number
  readonly firstAt: number
  readonly lastAt: number
}
