import { z } from 'zod'
import { actingOnTheBox } from '../audit/audit.ts'
import { defineCommand } from '../cli/command.ts'
import { formatTime } from '../http/api-schemas.ts'

/** `holdfast clock [--confirm]`: whether the box believes its clock. */
export const clockCommand = defineCommand({
  name: 'clock',
  options: [{ name: 'confirm', about: 'says that the clock is right now: retention and prune go on' }],
  about: 'A clock that jumped holds retention and prune, until it is confirmed or has gone evenly for an hour.',
  input: z.object({ isConfirmed: z.boolean() }),
  prepare: ({ given }) => ({ isConfirmed: given.confirm === true }),
  run: async ({ isConfirmed }, { services }) => {
    const { observedTime } = services
    if (isConfirmed) await observedTime.confirmClock(actingOnTheBox)
    const jump = await observedTime.findJump()
    return {
      result: {
        hasJumped: jump !== undefined,
        noticedAt: jump === undefined ? null : formatTime(jump.noticedAt),
        expectedAt: jump === undefined ? null : formatTime(jump.expectedAt),
        observedSeconds: Math.floor((await observedTime.read()) / 1000),
      },
    }
  },
  present: (result) => ({
    text: result.hasJumped
      ? `The clock jumped: it showed ${result.noticedAt} where ${result.expectedAt} was expected.\nSet it right, then run \`holdfast clock --confirm\`.`
      : 'The clock of the box goes evenly.',
  }),
})
