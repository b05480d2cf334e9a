export const deviceFaults = [
  'not-found',
  'invalid-name',
  'customer-needed',
  'no-customer',
  'licence-missing',
  'devices-exceeded',
  'replaced-not-found',
  'nobody',
  'still-active',
  'forgotten',
  'moved-meanwhile',
  'not-confirmed',
] as const
export type DeviceFault = (typeof deviceFaults)[number]

/** What can be chosen from, where a choice was missing or wrong. */
export interface DeviceChoices {
  readonly customers?: readonly { readonly id: string; readonly number: string; readonly name: string }[]
  readonly plans?: readonly string[]
}

export class DeviceError extends Error {
  override readonly name = 'DeviceError'
  readonly fault: DeviceFault
  readonly hint: string | undefined
  readonly choices: DeviceChoices

  constructor(fault: DeviceFault, message: string, more: { readonly hint?: string; readonly choices?: DeviceChoices } = {}) {
    super(message)
    this.fault = fault
    this.hint = more.hint
    this.choices = more.choices ?? {}
  }
}
