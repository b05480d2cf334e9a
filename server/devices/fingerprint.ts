/** What a computer says about itself when it connects: enough to tell two apart, and for people to recognise theirs. */
import { z } from 'zod'

const maxListed = 64
const maxCharacters = 200
const word = z.string().max(maxCharacters)

/** Unknown facts are empty. `print` is the SHA-256 (hex) over machine id, board uuid and network cards, made by the agent. */
export const fingerprintSchema = z
  .strictObject({
    print: z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits'),
    host: word,
    platform: word,
    osName: word.default(''),
    osVersion: word.default(''),
    architecture: word.default(''),
    machineId: word.default(''),
    boardUuid: word.default(''),
    board: word.default(''),
    system: word.default(''),
    macs: z.array(word).max(maxListed).readonly().default([]),
    diskSerials: z.array(word).max(maxListed).readonly().default([]),
  })
  .readonly()

export type Fingerprint = z.output<typeof fingerprintSchema>
