import { z } from 'zod'
import { defineCommand, exitCodes, UsageError } from '../cli/command.ts'
import { formatTime } from '../http/api-schemas.ts'
import type { VolumeStatus } from './disk-watch.ts'

/** `holdfast disk`: the disks of the box; exit 1 while one of them takes no writes. */
export const diskCommand = defineCommand({
  name: 'disk',
  options: [
    { name: 'try-again', value: 'FOLDER', about: 'takes writes again after one failed, if a probe becomes durable' },
    { name: 'accept', value: 'FOLDER', about: 'the disk that lies there now belongs there' },
  ],
  about: 'FOLDER is `repositories` for the one in the data folder, else as the list shows it.',
  input: z.object({ tryAgain: z.string().optional(), accept: z.string().optional() }),
  prepare: ({ given }) => {
    const [tryAgain, accept] = [given['try-again'], given.accept].map((one) => (one === undefined ? undefined : String(one)))
    if (tryAgain !== undefined && accept !== undefined) throw new UsageError('Take --try-again or --accept, not both.')
    return { ...(tryAgain === undefined ? {} : { tryAgain }), ...(accept === undefined ? {} : { accept }) }
  },
  run: async ({ tryAgain, accept }, { services }) => {
    const { volumes } = services.uploads
    if (tryAgain !== undefined) await volumes.tryAgain(tryAgain)
    if (accept !== undefined) await volumes.acceptDisk(accept)
    const disks = await volumes.list()
    const isWorking = disks.every(({ state }) => state === 'online')
    return {
      result: { text: disks.map(diskText).join('\n\n'), disks: disks.map(diskBody) },
      exitCode: isWorking ? exitCodes.ok : exitCodes.failed,
    }
  },
  present: ({ text, disks }) => ({ text, json: { disks } }),
})

const GiB = 1024 ** 3

function diskText({ folder, path, state, reason, space, forecast }: VolumeStatus): string {
  const lines = [`${folder}: ${state}${reason === undefined ? '' : `, ${reason}`}`, `  ${path}`]
  if (space === undefined) return lines.join('\n')
  const gib = (bytes: number) => (bytes / GiB).toFixed(2)
  lines.push(
    `  ${gib(space.freeBytes)} of ${gib(space.totalBytes)} GiB free; backups stop at ${gib(space.floorBytes)} GiB`,
    `  ${gib(space.reserveBytes)} of ${gib(space.reserveWantedBytes)} GiB held in reserve`,
  )
  if (forecast?.fullAtMs !== undefined) lines.push(`  Will be full on ${formatTime(forecast.fullAtMs).slice(0, 10)}`)
  return lines.join('\n')
}

function diskBody({ folder, path, state, reason, space, forecast }: VolumeStatus) {
  const fullAt = forecast?.fullAtMs
  return { folder, path, state, reason: reason ?? null, ...space, fullAt: fullAt === undefined ? null : formatTime(fullAt) }
}
