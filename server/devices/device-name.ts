import { parseDisplayText } from '../text/display-text.ts'
import { maxDeviceNameCharacters } from './device.ts'
import { DeviceError } from './device-error.ts'

/** @throws DeviceError `invalid-name` */
export function parseDeviceName(text: string): string {
  const name = parseDisplayText(text, { maxCharacters: maxDeviceNameCharacters })
  if (name !== undefined) return name
  throw new DeviceError('invalid-name', `A name has 1 to ${maxDeviceNameCharacters} characters, all on one line.`)
}
