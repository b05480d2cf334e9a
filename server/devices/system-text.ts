import type { Fingerprint } from './fingerprint.ts'

/** `Debian GNU/Linux 12, x64`; what is unknown is left out. */
export function systemText({ os }: Fingerprint): string {
  const system = joined([os.distro ?? os.platform, os.release], ' ')
  return joined([system, os.arch], ', ')
}

/** The board by its maker's name and number, and the number the firmware gives it. */
export function boardText({ board, system }: Fingerprint): string {
  return joined([joined([board.manufacturer, board.model, board.serial], ' '), board.uuid ?? system.uuid], ', ')
}

function joined(parts: readonly (string | undefined)[], between: string): string {
  return parts.filter((part) => part !== undefined && part !== '').join(between)
}
