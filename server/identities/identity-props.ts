/** Fingerprints and doubts as the pages show them. Pure. */
import type { PastPrint } from '../../views/pages/manage-computer.ts'
import type { DoubtProps, PrintProps } from '../../views/partials/doubt.ts'
import type { Device } from '../devices/device.ts'
import type { Fingerprint } from '../devices/fingerprint.ts'
import { scoreIdentity } from '../devices/identity-score.ts'
import { boardText, systemText } from '../devices/system-text.ts'
import { computerPath } from '../http/page-paths.ts'
import type { Doubt, PastFingerprint } from './identity.ts'

const notKnown = 'Not known'

export function doubtProps(doubt: Doubt, device: Device, mayAnswer: boolean): DoubtProps {
  const { kind, known, other, otherAddress, firstAt, lastAt, times } = doubt
  return {
    kind,
    name: device.name,
    path: `${computerPath(device.deviceId)}/identity`,
    known: printProps(known, device.address),
    other: other && printProps(other, otherAddress),
    otherAddress,
    likeness: other && scoreIdentity(known, other).likeness,
    firstAtMs: firstAt,
    lastAtMs: lastAt,
    times,
    mayAnswer,
  }
}

export function pastPrint({ cause, fingerprint, agentVersion, address, firstAt, lastAt }: PastFingerprint): PastPrint {
  const { system, board, disks, network } = printProps(fingerprint, address)
  return { cause, system, board, disks, network, agentVersion, address, firstAtMs: firstAt, lastAtMs: lastAt }
}

function printProps(fingerprint: Fingerprint, address: string): PrintProps {
  return {
    system: systemText(fingerprint) || notKnown,
    board: boardText(fingerprint) || notKnown,
    disks: fingerprint.diskSerials.join(', ') || notKnown,
    network: fingerprint.macs.join(', ') || notKnown,
    machineId: fingerprint.machineId ?? notKnown,
    address,
  }
}
