import { z } from '@hono/zod-openapi'
import { bytesSchema, formatTime, timeSchema } from '../http/api-schemas.ts'
import { type Device, deviceKinds, deviceStates, formatDeviceNumber } from './device.ts'

export const deviceSchema = z
  .object({
    id: z.string().openapi({ example: 'dev_a2b3c4d5e6f7g2h3i4j5' }),
    number: z.string().openapi({ example: 'D-000001' }),
    customerId: z.string(),
    subscriptionId: z.string(),
    name: z.string(),
    kind: z.enum(deviceKinds).openapi({ description: '`inbox`: what people send by links.' }),
    state: z.enum(deviceStates),
    system: z.object({
      host: z.string().nullable(),
      os: z.string().nullable(),
      manufacturer: z.string().nullable(),
      model: z.string().nullable(),
      macs: z.array(z.string()),
      diskSerials: z.array(z.string()),
    }),
    agentVersion: z.string(),
    address: z.string(),
    connectedAt: timeSchema,
    lastSeenAt: timeSchema,
    versionsCount: z.int(),
    firstVersionAt: timeSchema.nullable(),
    newestVersionId: z.string().nullable(),
    lastGoodVersionId: z.string().nullable(),
    storedBytes: bytesSchema,
  })
  .openapi('Device')

export function deviceBody(device: Device): z.input<typeof deviceSchema> {
  const { system, os, macs, diskSerials } = device.fingerprint
  return {
    id: device.deviceId,
    number: formatDeviceNumber(device.number),
    customerId: device.customerId,
    subscriptionId: device.subscriptionId,
    name: device.name,
    kind: device.kind,
    state: device.state,
    system: {
      host: os.hostname ?? null,
      os: [os.distro ?? os.platform, os.release].filter((part) => part !== undefined).join(' ') || null,
      manufacturer: system.manufacturer ?? null,
      model: system.model ?? null,
      macs: [...macs],
      diskSerials: [...diskSerials],
    },
    agentVersion: device.agentVersion,
    address: device.address,
    connectedAt: formatTime(device.connectedAt),
    lastSeenAt: formatTime(device.lastSeenAt),
    versionsCount: device.versionsCount,
    firstVersionAt: device.firstVersionAt === undefined ? null : formatTime(device.firstVersionAt),
    newestVersionId: device.newestVersion ?? null,
    lastGoodVersionId: device.lastGoodVersion ?? null,
    storedBytes: device.storedBytes,
  }
}
