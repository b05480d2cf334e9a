import { z } from '@hono/zod-openapi'
import { formatTime, timeSchema } from '../http/api-schemas.ts'
import { fingerprintCauses, type PastFingerprint } from './identity.ts'

const machine = z.object({
  manufacturer: z.string().nullable(),
  model: z.string().nullable(),
  serial: z.string().nullable(),
  uuid: z.string().nullable(),
})

export const pastFingerprintSchema = z
  .object({
    cause: z.enum(fingerprintCauses).openapi({ description: 'connected: it came or took a place over. seen: it had changed.' }),
    firstAt: timeSchema,
    lastAt: timeSchema,
    machineId: z.string().nullable(),
    system: machine,
    board: machine,
    macs: z.array(z.string()),
    diskSerials: z.array(z.string()),
    os: z.string().nullable(),
    agentVersion: z.string(),
    address: z.string(),
  })
  .openapi('PastFingerprint')

export function pastFingerprintBody(past: PastFingerprint): z.input<typeof pastFingerprintSchema> {
  const { fingerprint, cause, firstAt, lastAt, agentVersion, address } = past
  const { os } = fingerprint
  return {
    cause,
    firstAt: formatTime(firstAt),
    lastAt: formatTime(lastAt),
    machineId: fingerprint.machineId ?? null,
    system: machineBody(fingerprint.system),
    board: machineBody(fingerprint.board),
    macs: [...fingerprint.macs],
    diskSerials: [...fingerprint.diskSerials],
    os: [os.distro ?? os.platform, os.release].filter((part) => part !== undefined).join(' ') || null,
    agentVersion,
    address,
  }
}

function machineBody({ manufacturer, model, serial, uuid }: PastFingerprint['fingerprint']['system']) {
  return { manufacturer: manufacturer ?? null, model: model ?? null, serial: serial ?? null, uuid: uuid ?? null }
}
