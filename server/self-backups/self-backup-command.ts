import { z } from 'zod'
import { defineCommand } from '../cli/command.ts'

/** `holdfast self-backup`: what happens by itself after every change, now. */
export const selfBackupCommand = defineCommand({
  name: 'self-backup',
  options: [],
  about:
    'Puts people, plans, settings, computers and keys into one sealed file in the folder self of the data folder. It opens with the\n' +
    'server’s recovery kit. The box does this by itself within a minute of a change, and once a day.',
  input: z.object({}),
  prepare: () => ({}),
  run: async (_input, { services }) => {
    const { number, path, sizeBytes } = await services.selfBackups.run()
    const isKitPrinted = (await services.recoveryKits.serverKitPrintedAt()) !== undefined
    return { result: { number, file: path, bytes: sizeBytes, isKitPrinted } }
  },
  present: ({ file, bytes, isKitPrinted }) => {
    const kit = isKitPrinted ? [] : ['The kit that opens it was never printed: holdfast recovery-kit --server']
    return { text: [`The box is in ${file} (${bytes} bytes).`, ...kit].join('\n') }
  },
})
