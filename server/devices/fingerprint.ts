/** What a computer says about itself when it connects: enough to tell two apart, and for people to recognise theirs. */
import { z } from 'zod'

const maxListed = 64
const maxCharacters = 200
const word = z.string().max(maxCharacters)
const machine = z.object({ manufacturer: word.optional(), model: word.optional(), serial: word.optional() })

/** Unknown facts are absent. */
export const fingerprintSchema = z
  .object({
    /** SHA-256 (hex) over machine id, board uuid and network cards, made by the agent; shown again at each session. */
    print: z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits'),
    machineId: word.optional(),
    system: machine.extend({ uuid: word.optional() }).readonly().default({}),
    board: machine.extend({ uuid: word.optional() }).readonly().default({}),
    macs: z.array(word).max(maxListed).readonly().default([]),
    diskSerials: z.array(word).max(maxListed).readonly().default([]),
    os: z
      .object({
        platform: word.optional(),
        distro: word.optional(),
        release: word.optional(),
        arch: word.optional(),
        hostname: word.optional(),
      })
      .readonly()
      .default({}),
  })
  .readonly()

export type Fingerprint = z.output<typeof fingerprintSchema>
